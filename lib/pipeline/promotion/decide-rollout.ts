import { beginRollout } from "@/lib/pipeline/promotion/begin-rollout";
import { intendStep, stepFound } from "@/lib/pipeline/promotion/decide-step";
import { type Decision, decision, effect, entryFor, later, refuse, worker } from "@/lib/pipeline/promotion/decision";
import { failRollout } from "@/lib/pipeline/promotion/fail-rollout";
import { goBack } from "@/lib/pipeline/promotion/go-back";
import type { PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import type { PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { steerRollout } from "@/lib/pipeline/promotion/steer-rollout";
import { startVerification } from "@/lib/pipeline/verification/start";

type RollingOut = PromotionState & { phase: "rollingOut" };

/** A target is looked at this often while it changes; a watch on it wakes the step sooner. */
export const lookAgainMs = 1_000;
/** A call that may be repeated is, this many times, before we say that we could not tell. */
export const attemptsMax = 5;

/** Targets are being changed, one service after the other in the plan's order. */
export function decideRollout(state: RollingOut, input: PromotionInput, now: string): Decision | Rejection {
  switch (input.kind) {
    case "intendApply":
      return intendApply(state, input, now);
    case "applied": {
      const rollout = find(state, input.service);
      if (rollout?.phase !== "requested" || rollout.attempt !== input.attempt) return outOfOrder(state, input);
      const { service, targetGeneration, written } = input;
      return decision(
        [entryFor(state, now, worker)({ kind: "rollout.accepted", data: { service, targetGeneration, written } })],
        [effect(state.id, now, { kind: "observe", service, attempt: input.attempt })],
      );
    }
    case "applyTrouble":
      return applyTrouble(state, input, now);
    case "intendStep":
      return intendStep(state, input, now);
    case "stepFound":
      return stepFound(state, input, now);
    case "pauseRollout":
    case "resumeRollout":
    case "skipStep":
    case "promoteFully":
      return steerRollout(state, input, now);
    case "sighted":
      return sighted(state, input, now);
    case "abort": {
      const cause = { kind: "aborted" as const, service: null, reason: input.why, evidence: [], by: input.by, at: now };
      return goBack(state, cause, now, input.by);
    }
    default:
      return refuse("stale", `${state.id} is rolling out: ${input.kind} does not apply`);
  }
}

function find(state: RollingOut, service: string): RolloutState | undefined {
  return state.rollouts.find((rollout) => rollout.service === service);
}

function outOfOrder(state: RollingOut, input: PromotionInput & { service: string }): Rejection {
  return refuse("outOfOrder", `${input.kind} of ${input.service} does not fit where ${state.id} stands`);
}

function intendApply(
  state: RollingOut,
  input: PromotionInput & { kind: "intendApply" },
  now: string,
): Decision | Rejection {
  const rollout = find(state, input.service);
  const planned = state.plan.services.find((one) => one.service === input.service);
  if (rollout?.phase !== "pending" || !planned) return outOfOrder(state, input);
  const next = state.rollouts.find((one) => one.phase !== "observed");
  if (next?.service !== input.service) return outOfOrder(state, input);
  const deadlineAt = later(now, planned.strategy.deadlineMs);
  const { service, attempt, generation } = input;
  return decision([
    entryFor(
      state,
      now,
      worker,
    )({
      kind: "rollout.requested",
      data: { service, digest: planned.to.digest, planHash: state.planHash, attempt, generation, deadlineAt },
    }),
  ]);
}

function applyTrouble(
  state: RollingOut,
  input: PromotionInput & { kind: "applyTrouble" },
  now: string,
): Decision | Rejection {
  const rollout = find(state, input.service);
  if (rollout?.phase !== "requested" && rollout?.phase !== "pending") return outOfOrder(state, input);
  const { service, touched, trouble } = input;
  return failRollout(state, { service, touched, trouble }, now);
}

function sighted(state: RollingOut, input: PromotionInput & { kind: "sighted" }, now: string): Decision | Rejection {
  const rollout = find(state, input.service);
  if (rollout?.phase !== "accepted") return outOfOrder(state, input);
  const { service, sighting } = input;
  const write = entryFor(state, now, worker);
  switch (sighting.kind) {
    case "trouble":
      return failRollout(state, { service, touched: true, trouble: sighting.trouble }, now);
    case "progressing": {
      if (now < rollout.deadlineAt) {
        return decision(
          [],
          [effect(state.id, later(now, lookAgainMs), { kind: "observe", service, attempt: rollout.attempt })],
        );
      }
      const reason = `${sighting.ready} of ${sighting.desired} pods were ready when its time was over`;
      const trouble = { kind: "failed" as const, reason, evidence: [] };
      return failRollout(state, { service, touched: true, trouble }, now);
    }
    case "running": {
      const { runs, as, ready, desired } = sighting;
      const seen = write({ kind: "rollout.observed", data: { service, runs, as, ready, desired } });
      const pending = state.rollouts.find((one) => one.phase === "pending");
      const next = state.plan.services.find((one) => one.service === pending?.service);
      if (next) return decision([seen], [effect(state.id, now, beginRollout(state.plan, next))]);
      const started = startVerification(state.plan, now);
      return decision(
        [seen, write({ kind: "verification.started", data: started })],
        [effect(state.id, now, { kind: "verify" })],
      );
    }
    default:
      return sighting satisfies never;
  }
}
