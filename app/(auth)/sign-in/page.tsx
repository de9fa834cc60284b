import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { Logo } from "@/components/shell/logo";
import { Alert } from "@/components/ui/alert";
import { authConfig } from "@/lib/auth/auth-config";
import { demoPeople } from "@/lib/auth/demo-people";
import { currentPrincipal } from "@/lib/auth/session";
import { DemoSignIn } from "./demo-sign-in";
import { OidcSignIn } from "./oidc-sign-in";
import { pathAfterSignIn, signInTrouble } from "./sign-in-words";

export const metadata: Metadata = { title: "Sign in" };
export const dynamic = "force-dynamic";

interface SignInPageProps {
  searchParams: Promise<{ error?: string | string[]; callbackUrl?: string | string[]; again?: string | string[] }>;
}

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const asked = await searchParams;
  const { demo, oidc, publicUrl } = authConfig();
  const goTo = pathAfterSignIn(first(asked.callbackUrl), publicUrl);
  const standing = await standingNow();
  const again = asked.again !== undefined;
  if (standing === "signedIn" && asked.error === undefined && !again) redirect(goTo);
  const trouble = signInTrouble(standing === "unavailable" ? "Unavailable" : first(asked.error));
  return (
    <main
      id="main"
      tabIndex={-1}
      className="mx-auto grid w-full max-w-[480px] gap-4 px-4 py-10 phone:py-20 focus:outline-none"
    >
      <div className="flex items-center gap-2 text-lg font-bold">
        <Logo />
        Waybill
      </div>
      <div>
        <h1 className="title">{again ? "Sign in again" : "Sign in"}</h1>
        <p className="muted">
          {again
            ? "What you are about to do takes a recent sign-in. You come back to where you were."
            : "What you do here is written into the ledger under your name."}
        </p>
      </div>
      {trouble === undefined ? null : (
        <Alert tone="fail" title={trouble.title} live>
          {trouble.detail}
        </Alert>
      )}
      <Sheet label="Ways to sign in">
        {oidc === undefined ? null : (
          <SheetRow>
            <Box title="Your organization's sign-in">
              <OidcSignIn label={oidc.label} publicUrl={publicUrl} goTo={goTo} again={again} />
            </Box>
          </SheetRow>
        )}
        {demo ? (
          <SheetRow>
            <Box title="People of the demo" note="no password: this installation is a demo" flush>
              <DemoSignIn people={demoPeople.map(shown)} goTo={goTo} />
            </Box>
          </SheetRow>
        ) : null}
        {oidc === undefined && !demo ? <NoWay /> : null}
      </Sheet>
      <noscript>Signing in needs JavaScript.</noscript>
    </main>
  );
}

function NoWay() {
  return (
    <SheetRow>
      <Box title="No way to sign in is set up">
        <p className="note">
          Whoever runs Waybill sets <code className="mono">OIDC_ISSUER</code>,{" "}
          <code className="mono">OIDC_CLIENT_ID</code> and <code className="mono">OIDC_CLIENT_SECRET</code>, or{" "}
          <code className="mono">WAYBILL_DEMO=on</code> for a demo on their own machine, and starts it again.
        </p>
      </Box>
    </SheetRow>
  );
}

/** The page must say what is wrong where the database does not answer, rather than fail with it. */
async function standingNow(): Promise<"signedIn" | "nobody" | "unavailable"> {
  try {
    return (await currentPrincipal()) === null ? "nobody" : "signedIn";
  } catch {
    return "unavailable";
  }
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function shown({ subject, name, email, why }: (typeof demoPeople)[number]) {
  return { subject, name, email, why };
}
