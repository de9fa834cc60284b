import { reviewOverride } from "@/lib/pipeline/promotion/decide-override";
import { decideRollback } from "@/lib/pipeline/promotion/decide-rollback";
import { decideRollout } from "@/lib/pipeline/promotion/decide-rollout";
import { decideVerifying } from "@/lib/pipeline/promotion/decide-verifying";
import { decideWaiting } from "@/lib/pipeline/promotion/decide-waiting";
import { type Decision, decision, effect, entryFor, refuse } from "@/lib/pipeline/promotion/decision";
import { fireTrigger } from "@/lib/pipeline/promotion/fire-trigger";
import type { PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { withKept } from "@/lib/pipeline/promotion/with-kept";

/**
 * What follows when `input` meets a promotion in `state` at `now` (ISO 8601, UTC): entries to write and effects to do,
 * or a rejection. Pure and total: every state answers every input, none throws, and an ended promotion never moves: all
 * that it still takes is the review of an override.
 */
export function decide(state: PromotionState | undefined, input: PromotionInput, now: string): Decision | Rejection {
  const decided = decideByPhase(state, input, now);
  return input.kept === undefined || decided.kind === "rejection" ? decided : withKept(decided, input.kept);
}

function decideByPhase(state: PromotionState | undefined, input: PromotionInput, now: string): Decision | Rejection {
  if (input.kind === "request") {
    return state ? refuse("alreadyExists", `${state.id} was requested already`) : decideRequest(input, now);
  }
  if (!state) return refuse("doesNotExist", "there is no such promotion");
  if (input.kind === "reviewOverride") return reviewOverride(state, input, now);
  if (input.kind === "triggerFired") return fireTrigger(state, input, now);
  switch (state.phase) {
    case "waiting":
    case "queued":
      return decideWaiting(state, input, now);
    case "rollingOut":
      return decideRollout(state, input, now);
    case "verifying":
      return decideVerifying(state, input, now);
    case "rollingBack":
    case "stuck":
      return decideRollback(state, input, now);
    case "succeeded":
    case "rejected":
    case "expired":
    case "superseded":
    case "aborted":
    case "rolledBack":
    case "failed":
      return refuse("ended", `${state.id} has ended: ${state.phase}`);
    default:
      return state satisfies never;
  }
}

function decideRequest(input: PromotionInput & { kind: "request" }, now: string): Decision | Rejection {
  const { id, number, plan, planHash, reason, causedBy, expiresAt, by } = input;
  if (plan.services.length === 0) return refuse("stale", "the plan moves no service");
  const write = entryFor({ id, plan }, now, by);
  return decision(
    [write({ kind: "promotion.requested", data: { id, number, plan, planHash, reason, causedBy, expiresAt } })],
    [effect(id, now, { kind: "evaluate" })],
  );
}
