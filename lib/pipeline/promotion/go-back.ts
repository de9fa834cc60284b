import type { Actor } from "@/lib/pipeline/actor";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { type Decision, decision, effect, entryFor } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { Cause, PromotionState, RolloutState, TagOfService } from "@/lib/pipeline/promotion/state";
import { ranNothing, wayBackFailed } from "@/lib/pipeline/promotion/stuck";
import { retirements } from "@/lib/pipeline/rollout/retirements";
import { wayBack } from "@/lib/pipeline/rollout/way-back";

type Running = PromotionState & { phase: "rollingOut" | "verifying" };

/** True where something may have been written to the target; a mere intention counts, because a call may be under way. */
export function touched(rollout: RolloutState): boolean {
  switch (rollout.phase) {
    case "pending":
    case "reverted":
      return false;
    case "failed":
      return rollout.touched;
    case "requested":
    case "stepping":
    case "accepted":
    case "observed":
    case "revertRequested":
    case "revertAccepted":
      return true;
    default:
      return rollout satisfies never;
  }
}

/** True where it must be told to go back. A service that ran nothing before, and takes no traffic yet, has no way to go. */
function mustGoBack({ services }: Pick<Plan, "services">, rollout: RolloutState): boolean {
  if (!touched(rollout)) return false;
  const planned = services.find(({ service }) => service === rollout.service);
  return !planned || planned.rollback !== null || wayBack(planned, rollout.steps).kind !== "nothing";
}

/** The last one changed goes back first. */
export function nextToRevert({ plan }: Pick<PromotionState, "plan">, rollouts: RolloutState[]) {
  return rollouts.findLast((one) => mustGoBack(plan, one));
}

/**
 * A promotion that must not go on: back to what was verified, or, where that is not its policy or not possible, an end
 * that calls a person. A rollback is never rolled back by itself, and nothing is reverted that was not touched.
 */
export function goBack(
  state: Running,
  cause: Cause,
  now: string,
  actor: Actor,
  onFailure = state.plan.onFailure,
): Decision {
  const write = entryFor(state, now, actor);
  const changed = state.rollouts.filter((one) => mustGoBack(state.plan, one));
  if (changed.length === 0)
    return decision([endUntouched(state, cause, write)], retirements(state, state.rollouts, now));
  if (state.plan.kind === "rollback" && cause.kind !== "aborted") {
    const trouble = "this is a rollback itself: a person decides what runs next";
    return decision([
      write({ kind: "rollback.started", data: { cause, ...tagsMoved(state) } }),
      ...wayBackFailed(state, trouble, now, actor),
    ]);
  }
  if (onFailure === "hold" && cause.kind !== "aborted") {
    return decision(failAndHold(state, cause, write), retirements(state, state.rollouts, now));
  }
  const lost = changed.find((one) => !state.plan.services.find((planned) => planned.service === one.service)?.rollback);
  if (lost) {
    return decision([
      write({ kind: "rollback.started", data: { cause, ...tagsMoved(state) } }),
      write({ kind: "promotion.stuck", data: { trouble: ranNothing(lost.service) } }),
    ]);
  }
  const first = nextToRevert(state, state.rollouts);
  const effects = first ? [effect(state.id, now, { kind: "revert", service: first.service, attempt: 1 })] : [];
  return decision([write({ kind: "rollback.started", data: { cause, ...tagsMoved(state) } })], effects);
}

/** The tags that name the new digest by now, or may: the call that moves one may be under way. */
function tagsMoved(state: Running): { movedTags?: TagOfService[] } {
  if (state.phase !== "verifying" || state.passedAt === null) return {};
  const movedTags = state.tags.flatMap(({ service, tag, status }) => (status === "failed" ? [] : [{ service, tag }]));
  return movedTags.length === 0 ? {} : { movedTags };
}

function endUntouched(
  { rollouts }: Running,
  cause: Cause,
  write: (body: Parameters<ReturnType<typeof entryFor>>[0]) => Entry,
): Entry {
  if (cause.kind === "aborted") return write({ kind: "promotion.aborted", data: { why: cause.reason } });
  const what = rollouts.some(touched) ? "Nothing that takes traffic was changed" : "Nothing was changed";
  const nextStep = `${what}. Mend the cause, then promote again.`;
  return write({ kind: "promotion.failed", data: { cause, nextStep } });
}

function failAndHold(
  state: Running,
  cause: Cause,
  write: (body: Parameters<ReturnType<typeof entryFor>>[0]) => Entry,
): Entry[] {
  const nextStep = `${state.plan.environment} runs the new digest and is held: decide whether to roll back or to mend, then release it.`;
  return [
    write({ kind: "promotion.failed", data: { cause, nextStep } }),
    write({
      kind: "environment.held",
      data: { id: `${state.id}:hold`, reason: `${state.id} failed: ${cause.reason}` },
    }),
  ];
}
