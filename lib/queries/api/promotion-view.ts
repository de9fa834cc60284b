import type { Actor } from "@/lib/pipeline/actor";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import {
  type Approval,
  type Cause,
  type CheckState,
  hasEnded,
  type Override,
  type PromotionPhase,
  type PromotionState,
  type RolloutState,
  type Tick,
} from "@/lib/pipeline/promotion/state";
import { weightSeen } from "@/lib/pipeline/rollout/canary-steps";
import type { StepKind, StepState } from "@/lib/pipeline/rollout/step";
import { shownCheck } from "@/lib/queries/shown-check";

/** A promotion in a list of the API. */
export interface PromotionSummary {
  id: string;
  number: number;
  project: string;
  environment: string;
  kind: Plan["kind"];
  release: string;
  version: string;
  services: string[];
  phase: PromotionPhase;
  ended: boolean;
  planHash: string;
  requestedBy: Actor;
  requestedAt: string;
  endedAt: string | null;
  causedBy: string | null;
}

export interface RolloutView {
  service: string;
  phase: RolloutState["phase"];
  runs: string | null;
  ready: number | null;
  desired: number | null;
  reason: string | null;
  steps: RolloutStepView[];
  /** The share of the requests that a canary was seen with; null where there is none. */
  weight: number | null;
  /** Who holds a canary where it is. */
  paused: { by: Actor; at: string; why: string } | null;
}

export interface RolloutStepView {
  id: string;
  kind: StepKind;
  status: StepState["status"];
  requestedAt: string | null;
  since: string | null;
  deadlineAt: string | null;
  words: string;
}

/** A promotion as the API shows it: one shape for all phases, null where a phase has nothing to say. */
export interface PromotionView extends PromotionSummary {
  since: string;
  reason: string | null;
  expiresAt: string;
  plan: Plan;
  verdicts: Verdict[];
  approvals: Omit<Approval, "decision">[];
  ticks: Tick[];
  overrides: Override[];
  rollouts: RolloutView[];
  checks: CheckState[];
  watchUntil: string | null;
  cause: Cause | null;
  why: string | null;
  endedBy: Actor | null;
  nextStep: string | null;
  supersededBy: string | null;
}

/** The API's view of a stored state. */
export function promotionView(state: PromotionState): PromotionView {
  const { id, number, project, plan, planHash, requestedBy, requestedAt, causedBy, phase } = state;
  return {
    ...{ id, number, project, environment: plan.environment, kind: plan.kind, release: plan.release },
    ...{ version: plan.version, services: plan.services.map((one) => one.service), phase, ended: hasEnded(phase) },
    ...{ planHash, requestedBy, requestedAt, causedBy, reason: state.reason, expiresAt: state.expiresAt },
    since: "endedAt" in state ? state.endedAt : state.since,
    endedAt: "endedAt" in state ? state.endedAt : null,
    plan,
    verdicts: state.verdicts,
    ticks: state.ticks ?? [],
    overrides: state.overrides ?? [],
    approvals: state.approvals.map(({ decision: _, ...approval }) => approval),
    rollouts: "rollouts" in state ? state.rollouts.map(rolloutView) : [],
    checks: "checks" in state ? state.checks.map(shownCheck) : [],
    watchUntil: "watchUntil" in state ? state.watchUntil : null,
    cause: "cause" in state ? state.cause : null,
    why: whyOf(state),
    endedBy: endedBy(state),
    nextStep: "nextStep" in state ? state.nextStep : null,
    supersededBy: "supersededBy" in state ? state.supersededBy : null,
  };
}

function whyOf(state: PromotionState): string | null {
  if ("why" in state) return state.why;
  return "trouble" in state ? state.trouble : null;
}

function endedBy(state: PromotionState): Actor | null {
  if (state.phase === "rejected" || state.phase === "aborted") return state.by;
  return state.phase === "failed" ? state.closedBy : null;
}

function stepView({ step, status, requestedAt, since, deadlineAt, words }: StepState): RolloutStepView {
  return { id: step.id, kind: step.kind, status, requestedAt, since, deadlineAt, words };
}

function rolloutView(rollout: RolloutState): RolloutView {
  return {
    service: rollout.service,
    phase: rollout.phase,
    runs: "runs" in rollout ? rollout.runs : null,
    ready: "ready" in rollout ? rollout.ready : null,
    desired: "desired" in rollout ? rollout.desired : null,
    reason: "reason" in rollout ? rollout.reason : null,
    steps: (rollout.steps ?? []).map(stepView),
    weight: weightSeen(rollout.steps) ?? null,
    paused: (rollout.phase === "stepping" && rollout.paused) || null,
  };
}
