"use client";

import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { Alert } from "@/components/ui/alert";
import { startSignIn } from "./start-sign-in";

interface DemoSignInProps {
  people: { subject: string; name: string; email: string; why: string }[];
  /** A path of this site. */
  goTo: string;
}

/** One line to sign on for each person of the demo; whoever is chosen is signed in. */
export function DemoSignIn({ people, goTo }: DemoSignInProps) {
  const [busy, setBusy] = useState<string>();
  const [failed, setFailed] = useState(false);

  async function signInAs(person: string): Promise<void> {
    setBusy(person);
    setFailed(false);
    try {
      const next = new URL(await startSignIn({ path: "callback/demo", fields: { person }, callbackUrl: goTo }));
      // The path only: the cookie was set for the host that the page was opened with.
      window.location.assign(next.pathname === "/sign-in" ? `${next.pathname}${next.search}` : goTo);
    } catch {
      setBusy(undefined);
      setFailed(true);
    }
  }

  return (
    <>
      {failed ? (
        <div className="px-4 pb-3">
          <Alert tone="fail" title="Waybill did not answer" live>
            Try again in a moment.
          </Alert>
        </div>
      ) : null}
      <ol>
        {people.map(({ subject, name, email, why }, at) => (
          <li key={subject} className="border-t border-rule">
            {/* A form: React keeps a press that comes before it has the page, and does it then. */}
            <form action={() => (busy === undefined ? void signInAs(subject) : undefined)}>
              <button
                type="submit"
                className="grid w-full cursor-pointer grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-3 text-left hover:bg-paper focus-visible:-outline-offset-2 aria-disabled:cursor-progress"
                aria-disabled={busy !== undefined}
                aria-busy={busy === subject || undefined}
              >
                <span className="text-xs text-ink-3" aria-hidden="true">
                  {at + 1}
                </span>
                <span className="min-w-0">
                  <span className="block text-base font-bold">
                    <span className="sr">Sign in as </span>
                    {name}
                  </span>
                  <span className="block text-xs text-ink-2">{why}</span>
                  <span className="block text-xs text-ink-3">{email}</span>
                </span>
                <span className="flex items-center gap-1 text-xs text-carbon">
                  {busy === subject ? "Signing in" : null}
                  <ArrowRight className="i i--s" aria-hidden="true" />
                </span>
              </button>
            </form>
          </li>
        ))}
      </ol>
    </>
  );
}
