import { effect, later } from "@/lib/pipeline/promotion/decision";
import type { Effect } from "@/lib/pipeline/promotion/input";
import type { PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { factsOf } from "@/lib/pipeline/rollout/step";

/**
 * What is left to do once a promotion has ended: the colour that takes no traffic any more stays up for as long as its
 * policy says, for a way back in one call or a look at what went wrong, and then goes to none.
 */
export function retirements(state: PromotionState, rollouts: readonly RolloutState[], now: string): Effect[] {
  return state.plan.services.flatMap(({ service, strategy }) => {
    const rollout = rollouts.find((one) => one.service === service);
    if (strategy.kind !== "blueGreen" || factsOf(rollout?.steps).to === undefined) return [];
    return [effect(state.id, later(now, strategy.keepOldForMs), { kind: "retire", service, attempt: 1 })];
  });
}

/**
 * The colour that takes no traffic after this promotion; undefined where it never came to know one. The new one leads
 * where it succeeded, or failed after the switch and is held there instead of going back.
 */
export function retiredColour(state: PromotionState, service: string): string | undefined {
  const rollout = "rollouts" in state ? state.rollouts.find((one) => one.service === service) : undefined;
  const { from, to } = factsOf(rollout?.steps);
  const switched = rollout?.steps?.some(({ step, status }) => step.kind === "switch" && status === "done") ?? false;
  return state.phase === "succeeded" || (state.phase === "failed" && switched) ? from : to;
}
