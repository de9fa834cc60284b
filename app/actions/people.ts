"use server";

import { runAction } from "@/app/actions/run-action";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { restorePerson, revokePerson } from "@/lib/commands/revoke-person";

/** Takes a person's access away. */
export async function revokePersonAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => revokePerson(engine, principal, input),
    () => ({ message: "Their access is revoked" }),
  );
}

/** Gives a person's access back. */
export async function restorePersonAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => restorePerson(engine, principal, input),
    () => ({ message: "They may sign in again" }),
  );
}
