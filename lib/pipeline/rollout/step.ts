import type { CheckState } from "@/lib/pipeline/promotion/state";
import type { CanaryStep } from "@/lib/pipeline/rollout/canary-steps";

/** What one step of a rollout is told to do: data, so that it can be shown, agreed to, recorded and repeated. */
export type RolloutStep = { id: string; deadlineMs: number } & (
  | { kind: "prepare" }
  | { kind: "available" }
  | { kind: "smoke" }
  | { kind: "switch" }
  | CanaryStep
  /** The controller that owns the workload finds the digest in its object. */
  | { kind: "setDigest" }
  /** The controller rolls out; `fully`: it is told to skip its own steps, on the way back to what was verified. */
  | { kind: "follow"; fully: boolean }
);

export type StepKind = RolloutStep["kind"];

/**
 * One step and how it stands. pending → requested (the intent is in the ledger) → accepted (the target took the order) →
 * done (it was seen so). A step without an order of its own goes from requested to done.
 */
export interface StepState {
  step: RolloutStep;
  status: "pending" | "requested" | "accepted" | "done" | "failed" | "skipped";
  attempt: number;
  /** ISO 8601, UTC; null before its turn. */
  requestedAt: string | null;
  /** Since when it stands as it does; null before its turn. */
  since: string | null;
  /** Beyond this moment without an end it has failed; null before its turn. */
  deadlineAt: string | null;
  /** What was found last, in words for a person. */
  words: string;
  /** What later steps, and the way back, must know of it: which colour is live, how many looks were wrong. */
  facts: Record<string, string>;
  /** Of an analysis: its metrics and triggers, as they stood when that changed last. */
  checks?: CheckState[];
}

/** The share of the requests that a canary's step is about; null for any other step. */
export function weightOf(step: RolloutStep): number | null {
  return step.kind === "weight" || step.kind === "analyse" ? step.weight : null;
}

/** True where a step is over, and the next one may begin. */
export function isSettled({ status }: Pick<StepState, "status">): boolean {
  return status === "done" || status === "skipped";
}

/** The step whose turn it is; undefined once all of them are over. */
export function currentStep(steps: readonly StepState[]): StepState | undefined {
  return steps.find((one) => !isSettled(one));
}

/** Everything that the steps so far found out; a later step's word counts. */
export function factsOf(steps: readonly StepState[] | undefined): Record<string, string> {
  return Object.assign({}, ...(steps ?? []).map((one) => one.facts));
}

/** The steps of a rollout that has just begun. */
export function pendingSteps(steps: readonly RolloutStep[]): StepState[] {
  return steps.map((step) => ({
    step,
    status: "pending",
    attempt: 0,
    requestedAt: null,
    since: null,
    deadlineAt: null,
    words: "",
    facts: {},
  }));
}
