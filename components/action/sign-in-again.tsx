"use client";

import { LinkButton } from "@/components/ui/button";

/** The way to prove again who one is, and back to this very page: for what asks for a recent sign-in. */
export function SignInAgain({ path, plain = false }: { path: string; plain?: boolean }) {
  const href = `/sign-in?${new URLSearchParams({ again: "1", callbackUrl: path })}`;
  if (plain) {
    return (
      <a className="link" href={href}>
        Sign in again
      </a>
    );
  }
  return (
    <LinkButton href={href} variant="primary">
      Sign in again
    </LinkButton>
  );
}
