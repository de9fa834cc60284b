"use client";

import { useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { signInAgainPath, startSignIn } from "./start-sign-in";

interface OidcSignInProps {
  /** What the sign-in service is called here. */
  label: string;
  publicUrl: string;
  goTo: string;
  /** The service is to ask who they are, though it knows them already, and to say when it did. */
  again: boolean;
}

/** The way to the organization's own sign-in and back. */
export function OidcSignIn({ label, publicUrl, goTo, again }: OidcSignInProps) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);

  async function start(): Promise<void> {
    // The service sends people back to the public address, and a cookie set here under another name is not seen there.
    if (window.location.origin !== publicUrl) {
      window.location.assign(
        `${publicUrl}/sign-in?${new URLSearchParams({ ...(again ? { again: "1" } : {}), callbackUrl: goTo })}`,
      );
      return;
    }
    setBusy(true);
    setFailed(false);
    try {
      window.location.assign(
        await startSignIn({ path: again ? signInAgainPath : "signin/oidc", fields: {}, callbackUrl: goTo }),
      );
    } catch {
      setBusy(false);
      setFailed(true);
    }
  }

  return (
    // A form: React keeps a press that comes before it has the page, and does it then.
    <form className="grid gap-3 pt-1" action={() => void start()}>
      {failed ? (
        <Alert tone="fail" title="Waybill did not answer" live>
          Try again in a moment.
        </Alert>
      ) : null}
      <Button variant="primary" size="large" full busy={busy} type="submit">
        Continue with {label}
      </Button>
    </form>
  );
}
