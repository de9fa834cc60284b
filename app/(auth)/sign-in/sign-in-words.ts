/** What went wrong, by the code that next-auth or our own callbacks put into the address. */
export function signInTrouble(code: string | undefined): { title: string; detail: string } | undefined {
  switch (code) {
    case undefined:
      return undefined;
    case "AccessDenied":
      return {
        title: "You were not let in",
        detail: "The sign-in service knows you, but said too little, or is not the one that Waybill trusts.",
      };
    case "Revoked":
      return {
        title: "Your access is revoked",
        detail: "An administrator of Waybill took it away, and can give it back.",
      };
    case "CredentialsSignin":
      return { title: "Nobody of that name", detail: "Choose one of the people below." };
    case "OAuthSignin":
      return {
        title: "The sign-in service could not be reached",
        detail: "Try again in a moment. If it goes on, whoever runs Waybill finds the reason in its log.",
      };
    case "OAuthCallback":
    case "Callback":
      return {
        title: "The sign-in was not completed",
        detail:
          "It was cancelled, took too long, or its answer did not fit the question. Nothing was changed: start again.",
      };
    case "TooMany":
      return { title: "Too many sign-ins", detail: "Nobody was signed in. Try again in a minute." };
    case "Unavailable":
      return {
        title: "Waybill cannot reach its database",
        detail: "Nobody can sign in until it can. Try again in a moment.",
      };
    case "Configuration":
      return { title: "Sign-in is set up wrongly", detail: "Whoever runs Waybill finds the reason in its log." };
    default:
      return { title: "The sign-in did not work", detail: "Start again. Nothing was changed." };
  }
}

/** Where to go after a sign-in: a path of this site, never another address. */
export function pathAfterSignIn(callbackUrl: string | undefined, publicUrl: string): string {
  if (callbackUrl === undefined || !URL.canParse(callbackUrl, publicUrl)) return "/";
  const { origin, pathname, search, hash } = new URL(callbackUrl, publicUrl);
  // A path that starts with two slashes would be read as a host.
  if (origin !== new URL(publicUrl).origin || pathname.startsWith("//") || pathname === "/sign-in") return "/";
  return `${pathname}${search}${hash}`;
}
