"use server";

import { runAction } from "@/app/actions/run-action";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { announceRelease } from "@/lib/commands/announce-release";

/** Takes over a build: the registry is asked what the reference names, once. */
export async function announceReleaseAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => announceRelease(engine, principal, input),
    ({ key, created, artifacts }) => ({
      href: `/releases/${projectOf(input)}/${encodeURIComponent(key)}`,
      message: created ? `${key} is announced: ${artifacts[0]?.digest ?? ""}` : `${key} was announced before`,
    }),
  );
}

/** The command has read the input by the time this is asked. */
function projectOf(input: unknown): string {
  return encodeURIComponent((input as { project: string }).project);
}
