interface SignInRequest {
  /** `callback/demo` or `signin/oidc`, below next-auth's path. */
  path: string;
  fields: Record<string, string>;
  callbackUrl: string;
}

/**
 * With these the service asks anew and must say when (`auth_time`): OpenID Connect Core 1.0, section 3.1.2.1. next-auth
 * hands them on; that the answer is recent is checked where it is needed, not here.
 */
export const signInAgainPath = "signin/oidc?prompt=login&max_age=0";

/** Asks next-auth to sign somebody in and answers where the browser is to go next. Throws where it did not answer. */
export async function startSignIn({ path, fields, callbackUrl }: SignInRequest): Promise<string> {
  const { csrfToken } = await readJson(await fetch("/api/auth/csrf"), "csrfToken");
  const body = new URLSearchParams({ ...fields, csrfToken, callbackUrl, json: "true" });
  const answer = await fetch(`/api/auth/${path}`, { method: "POST", body });
  if (answer.status === 429) return "/sign-in?error=TooMany";
  const { url } = await readJson(answer, "url");
  return url;
}

async function readJson<Key extends string>(answer: Response, key: Key): Promise<Record<Key, string>> {
  const body: unknown = await answer.json();
  const value =
    typeof body === "object" && body !== null && key in body ? (body as Record<Key, unknown>)[key] : undefined;
  if (typeof value !== "string") throw new Error(`sign-in answered ${answer.status} without ${key}`);
  return { [key]: value } as Record<Key, string>;
}
