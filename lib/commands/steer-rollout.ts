import { z } from "zod";
import type { Action } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { promotionId, type Told, tellPromotion, why } from "@/lib/commands/tell-promotion";
import { parseInput } from "@/lib/pipeline/errors";
import { name } from "@/lib/pipeline/policy/name";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** `service` may be left out where one canary is under way. */
export const steerInput = z.strictObject({
  promotion: promotionId,
  service: name.optional(),
  step: z
    .string()
    .regex(/^[A-Za-z]+(:[0-9]{1,9}){0,2}$/)
    .optional()
    .meta({
      description: "where it stood when you looked, such as analyse:25: refused where it stands elsewhere by now",
    }),
  why,
});

type Steering = PromotionInput & { kind: "pauseRollout" | "resumeRollout" | "skipStep" | "promoteFully" };

/** Holds a canary where it is: no further share begins, and what is worse still goes back by itself. */
export function pauseRollout(context: CommandContext, principal: Principal, raw: unknown): Promise<Told | Refusal> {
  return steer(context, principal, raw, "pause", "pauseRollout");
}

/** Lets a paused canary go on. */
export function resumeRollout(context: CommandContext, principal: Principal, raw: unknown): Promise<Told | Refusal> {
  return steer(context, principal, raw, "pause", "resumeRollout");
}

/** Ends the analysis under way without its pass, and lets the next share begin. */
export function skipStep(context: CommandContext, principal: Principal, raw: unknown): Promise<Told | Refusal> {
  return steer(context, principal, raw, "skipStep", "skipStep");
}

/** Skips every share that is left: the stable workload takes the digest now. */
export function promoteFully(context: CommandContext, principal: Principal, raw: unknown): Promise<Told | Refusal> {
  return steer(context, principal, raw, "skipStep", "promoteFully");
}

function steer(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
  action: Action,
  kind: Steering["kind"],
): Promise<Told | Refusal> {
  const input = parseInput(steerInput, raw);
  return tellPromotion(context, principal, input.promotion, action, (state) => ({
    kind,
    service: input.service ?? underWay(state),
    ...(input.step === undefined ? {} : { step: input.step }),
    why: input.why,
    by: actorOf(principal),
  }));
}

/** The service whose turn it is; services are rolled out one after the other. */
function underWay(state: PromotionState): string {
  const rollouts = "rollouts" in state ? state.rollouts : [];
  return rollouts.find((one) => one.phase === "stepping")?.service ?? state.plan.services[0]?.service ?? "";
}
