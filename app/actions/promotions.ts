"use server";

import { runAction } from "@/app/actions/run-action";
import { lookBeforeRequest } from "@/app/look-before-request";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { countAgainstLimit, personCounted } from "@/lib/auth/rate-limit";
import { abort } from "@/lib/commands/abort";
import { approve } from "@/lib/commands/approve";
import { confirmOverride } from "@/lib/commands/confirm-override";
import { overrideGate } from "@/lib/commands/override-gate";
import { reject } from "@/lib/commands/reject";
import { type Requested, requestPromotion } from "@/lib/commands/request-promotion";
import { requestPromotions } from "@/lib/commands/request-promotions";
import { retryPromotion } from "@/lib/commands/retry-promotion";
import { reviewOverride } from "@/lib/commands/review-override";
import { rollBack } from "@/lib/commands/roll-back";
import { settleStuck } from "@/lib/commands/settle-stuck";
import { pauseRollout, promoteFully, resumeRollout, skipStep } from "@/lib/commands/steer-rollout";
import type { Told } from "@/lib/commands/tell-promotion";
import { tick } from "@/lib/commands/tick";
import { afterCommand } from "@/lib/engine/after-command";

/** Asks for a release to be brought to an environment. */
export async function requestPromotionAction(input: unknown): Promise<ActionOutcome> {
  return runAction(async (engine, principal) => {
    await lookBeforeRequest(principal, input);
    return requestPromotion(engine, principal, input);
  }, requested);
}

/** Asks for several releases in one environment at once: all of them, or none. */
export async function requestPromotionsAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => requestPromotions(engine, principal, input),
    async ({ promotions }) => {
      await Promise.all(promotions.map(({ state }) => afterCommand(state.id)));
      const [first] = promotions;
      const place = new URLSearchParams({
        project: first?.state.project ?? "",
        environment: first?.state.plan.environment ?? "",
      });
      const ids = promotions.map(({ state }) => state.id).join(", ");
      return { href: `/promotions?${place}`, message: `Requested: ${ids}` };
    },
  );
}

/** Brings services back to what was verified there before. */
export async function rollBackAction(input: unknown): Promise<ActionOutcome> {
  return runAction((engine, principal) => rollBack(engine, principal, input), requested);
}

/** Asks for exactly the plan of one that did not make it. */
export async function retryPromotionAction(input: unknown): Promise<ActionOutcome> {
  return runAction((engine, principal) => retryPromotion(engine, principal, input), requested);
}

/** One person's yes to exactly one plan. */
export async function approveAction(input: unknown): Promise<ActionOutcome> {
  return runAction(async (engine, principal) => {
    await countAgainstLimit("approve", personCounted(principal));
    return await approve(engine, principal, input, "page");
  }, told("is approved by you"));
}

/** One person's no to exactly one plan, with a reason. */
export async function rejectAction(input: unknown): Promise<ActionOutcome> {
  return runAction(async (engine, principal) => {
    await countAgainstLimit("approve", personCounted(principal));
    return await reject(engine, principal, input, "page");
  }, told("is rejected"));
}

/** One person's word that an item of a checklist is so, for exactly one plan, or that it is not. */
export async function tickAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => tick(engine, principal, input),
    async ({ state }) => {
      await afterCommand(state.id);
      return {};
    },
  );
}

/** Lets one gate pass for exactly one plan. */
export async function overrideGateAction(input: unknown): Promise<ActionOutcome> {
  return runAction((engine, principal) => overrideGate(engine, principal, input), told("has a gate overridden by you"));
}

/** The second person's yes to an override. */
export async function confirmOverrideAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => confirmOverride(engine, principal, input),
    told("has a gate overridden by two"),
  );
}

/** Closes the review of an override, with words. */
export async function reviewOverrideAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    (engine, principal) => reviewOverride(engine, principal, input),
    ({ state }) => ({ href: `/promotions/${state.id}`, message: `The override of ${state.id} is reviewed` }),
  );
}

/** Stops a promotion; what it has changed already goes back first. */
export async function abortAction(input: unknown): Promise<ActionOutcome> {
  return runAction((engine, principal) => abort(engine, principal, input), told("is being stopped"));
}

/** Holds a canary where it is. */
export async function pauseRolloutAction(input: unknown): Promise<ActionOutcome> {
  return runAction((engine, principal) => pauseRollout(engine, principal, input), told("is paused"));
}

/** Lets a paused canary go on. */
export async function resumeRolloutAction(input: unknown): Promise<ActionOutcome> {
  return runAction((engine, principal) => resumeRollout(engine, principal, input), told("goes on"));
}

/** Ends the analysis under way without its pass. */
export async function skipStepAction(input: unknown): Promise<ActionOutcome> {
  return runAction((engine, principal) => skipStep(engine, principal, input), told("skips this analysis"));
}

/** Skips every share of a canary that is left. */
export async function promoteFullyAction(input: unknown): Promise<ActionOutcome> {
  return runAction((engine, principal) => promoteFully(engine, principal, input), told("is promoted fully"));
}

/** What a person decides for a stuck promotion. */
export async function settleStuckAction(input: unknown): Promise<ActionOutcome> {
  return runAction((engine, principal) => settleStuck(engine, principal, input), told("is settled"));
}

async function requested({ state, created }: Requested) {
  await afterCommand(state.id);
  return {
    href: `/promotions/${state.id}`,
    message: created ? `${state.id} is requested` : `${state.id} was requested before`,
  };
}

function told(what: string) {
  return async ({ state }: Told) => {
    await afterCommand(state.id);
    return { href: `/promotions/${state.id}`, message: `${state.id} ${what}` };
  };
}
