import type { RollbackTarget } from "@/lib/pipeline/plan/plan";
import { lookAgainMs } from "@/lib/pipeline/promotion/decide-rollout";
import { type Decision, decision, effect, entryFor, later, refuse, worker } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import { nextToRevert } from "@/lib/pipeline/promotion/go-back";
import type { Effect, PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import type { PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { ranNothing, wayBackFailed } from "@/lib/pipeline/promotion/stuck";
import { retirements } from "@/lib/pipeline/rollout/retirements";
import { digestBack } from "@/lib/pipeline/rollout/way-back";

type GoingBack = PromotionState & { phase: "rollingBack" };
type Stuck = PromotionState & { phase: "stuck" };

/** Targets go back, the last one changed first; whatever prevents it makes the promotion stuck, for a person. */
export function decideRollback(state: GoingBack | Stuck, input: PromotionInput, now: string): Decision | Rejection {
  if (state.phase === "stuck") return decideStuck(state, input, now);
  switch (input.kind) {
    case "intendRevert":
      return intendRevert(state, input, now);
    case "reverted": {
      const rollout = find(state, input.service);
      if (rollout?.phase !== "revertRequested" || rollout.attempt !== input.attempt) return outOfOrder(state, input);
      const { service, targetGeneration, written, attempt } = input;
      return decision(
        [entryFor(state, now, worker)({ kind: "revert.accepted", data: { service, targetGeneration, written } })],
        [effect(state.id, now, { kind: "observeRevert", service, attempt })],
      );
    }
    case "revertTrouble":
      return stuck(state, `${input.service}: ${input.trouble.reason}`, now);
    case "revertSighted":
      return revertSighted(state, input, now);
    case "abort":
      return refuse("notRunning", `${state.id} is going back already`);
    default:
      return refuse("stale", `${state.id} is rolling back: ${input.kind} does not apply`);
  }
}

function decideStuck(state: Stuck, input: PromotionInput, now: string): Decision | Rejection {
  switch (input.kind) {
    case "retryRollback": {
      const next = nextToRevert(state, state.rollouts);
      if (!next || !rollbackOf(state, next)) {
        return refuse("notRunning", "there is nothing to go back to: promote another release, or close this one");
      }
      const attempt = "attempt" in next ? next.attempt + 1 : 1;
      return decision(
        [entryFor(state, now, input.by)({ kind: "promotion.unstuck", data: { how: "retry" } })],
        [effect(state.id, now, { kind: "revert", service: next.service, attempt })],
      );
    }
    case "close": {
      const nextStep = `Closed by a person: ${input.why}`;
      return decision([entryFor(state, now, input.by)({ kind: "promotion.failed", data: { cause: null, nextStep } })]);
    }
    case "abort":
      return refuse("notRunning", `${state.id} is stuck: try the rollback again, or close it with a reason`);
    default:
      return refuse("stale", `${state.id} is stuck: ${input.kind} does not apply`);
  }
}

function rollbackOf(state: PromotionState, rollout: RolloutState): RollbackTarget | null | undefined {
  return state.plan.services.find((one) => one.service === rollout.service)?.rollback;
}

function find(state: GoingBack, service: string): RolloutState | undefined {
  return state.rollouts.find((rollout) => rollout.service === service);
}

function outOfOrder(state: GoingBack, input: PromotionInput & { service: string }): Rejection {
  return refuse("outOfOrder", `${input.kind} of ${input.service} does not fit where ${state.id} stands`);
}

function intendRevert(
  state: GoingBack,
  input: PromotionInput & { kind: "intendRevert" },
  now: string,
): Decision | Rejection {
  const { service, attempt, generation } = input;
  const planned = state.plan.services.find((one) => one.service === service);
  const next = nextToRevert(state, state.rollouts);
  if (!planned?.rollback || next?.service !== service) return outOfOrder(state, input);
  const under = next.phase === "revertRequested" || next.phase === "revertAccepted";
  if (under && next.attempt >= attempt) return outOfOrder(state, input);
  const deadlineAt = later(now, planned.strategy.deadlineMs);
  const digest = digestBack(planned, next.steps) ?? planned.rollback.digest;
  const data = { service, digest, planHash: state.planHash, attempt, generation, deadlineAt };
  return decision([entryFor(state, now, worker)({ kind: "revert.requested", data })]);
}

function revertSighted(
  state: GoingBack,
  input: PromotionInput & { kind: "revertSighted" },
  now: string,
): Decision | Rejection {
  const rollout = find(state, input.service);
  if (rollout?.phase !== "revertAccepted") return outOfOrder(state, input);
  const { service, sighting } = input;
  switch (sighting.kind) {
    case "trouble":
      return stuck(state, `${service}: ${sighting.trouble.reason}`, now);
    case "progressing":
      if (now >= rollout.deadlineAt) {
        return stuck(
          state,
          `${service}: ${sighting.ready} of ${sighting.desired} pods were back when its time was over`,
          now,
        );
      }
      return decision(
        [],
        [effect(state.id, later(now, lookAgainMs), { kind: "observeRevert", service, attempt: rollout.attempt })],
      );
    case "running": {
      const seen = entryFor(state, now, worker)({ kind: "revert.observed", data: { service, runs: sighting.runs } });
      const rest = state.rollouts.map(
        (one): RolloutState =>
          one.service === service ? { ...one, phase: "reverted", at: now, runs: sighting.runs } : one,
      );
      const next = nextToRevert(state, rest);
      if (next && !rollbackOf(state, next)) {
        return decision([seen, ...wayBackFailed(state, ranNothing(next.service), now)]);
      }
      if (next) return decision([seen], [effect(state.id, now, { kind: "revert", service: next.service, attempt: 1 })]);
      return decision([seen, ...wentBack(state, now)], [...retirements(state, rest, now), ...tagsBack(state, now)]);
    }
    default:
      return sighting satisfies never;
  }
}

function stuck(state: GoingBack, trouble: string, now: string): Decision {
  return decision(wayBackFailed(state, trouble, now));
}

/** A tag that was moved already names again what runs. */
function tagsBack(state: GoingBack, now: string): Effect[] {
  const { movedTags = [] } = state;
  return movedTags.map((one) => effect(state.id, now, { kind: "moveTag", ...one, attempt: 2 }));
}

/** Everything is back: an abort ends as asked; otherwise the digest is blocked here, with what to do next. */
function wentBack(state: GoingBack, now: string): Entry[] {
  const { cause, plan } = state;
  if (cause.kind === "aborted") {
    return [entryFor(state, now, cause.by ?? worker)({ kind: "promotion.aborted", data: { why: cause.reason } })];
  }
  const write = entryFor(state, now, worker);
  const nextStep = "Mend the cause, build again and announce the new digest; or unblock this one with a reason.";
  const guilty = plan.services.filter((one) => cause.service === null || one.service === cause.service);
  return [
    write({ kind: "promotion.rolledBack", data: { nextStep } }),
    ...guilty.map((one) => {
      const id = `${state.id}:${one.service}`;
      const reason = `${state.id} ${cause.kind}: ${cause.reason}`;
      return write({
        kind: "digest.blocked",
        data: { id, service: one.service, digest: one.to.digest, reason, nextStep },
      });
    }),
  ];
}
