"use server";

import { runAction } from "@/app/actions/run-action";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { adoptDrift } from "@/lib/commands/adopt-drift";
import { block } from "@/lib/commands/block";
import { hold, releaseHold } from "@/lib/commands/hold";
import { pin, unpin } from "@/lib/commands/pin";
import { resumeAutomation } from "@/lib/commands/resume-automation";
import { revertDrift } from "@/lib/commands/revert-drift";
import { unblock } from "@/lib/commands/unblock";
import { verifyAgain } from "@/lib/commands/verify-again";
import { afterCommand } from "@/lib/engine/after-command";

/** Stops the line into an environment or a whole project. */
export async function holdAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => hold(engine, principal, input),
    () => ({ message: "The line is stopped" }),
  );
}

/** Lifts the hold of an environment or a whole project. */
export async function releaseHoldAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => releaseHold(engine, principal, input),
    () => ({ message: "The hold is lifted" }),
  );
}

/** Lets a digest that failed into an environment again. */
export async function unblockAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => unblock(engine, principal, input),
    () => ({ message: "The block is lifted" }),
  );
}

/** Keeps a digest out of an environment. */
export async function blockAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => block(engine, principal, input),
    () => ({ message: "The digest is blocked" }),
  );
}

/** Keeps a digest where it is. */
export async function pinAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => pin(engine, principal, input),
    () => ({ message: "The digest is pinned" }),
  );
}

/** Lets a pinned service move again. */
export async function unpinAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => unpin(engine, principal, input),
    () => ({ message: "The pin is lifted" }),
  );
}

/** Lets automation move a service again. */
export async function resumeAutomationAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => resumeAutomation(engine, principal, input),
    () => ({ message: "Automation goes on" }),
  );
}

/** Declares what was found running to be what should run. */
export async function adoptDriftAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => adoptDrift(engine, principal, input),
    () => ({ message: "What runs is now what should run" }),
  );
}

/** Brings what was changed by hand back to what should run. */
export async function revertDriftAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => revertDrift(engine, principal, input),
    async ({ state }) => {
      await afterCommand(state.id);
      return { href: `/promotions/${state.id}`, message: `${state.id} brings it back` };
    },
  );
}

/** Makes an environment's checks once more of what runs there. */
export async function verifyAgainAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => verifyAgain(engine, principal, input),
    () => ({ message: "It is being verified again" }),
  );
}
