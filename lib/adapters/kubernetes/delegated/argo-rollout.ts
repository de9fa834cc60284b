import { fields, integer, list, slimWorkload, text, type Workload } from "@/lib/adapters/kubernetes/objects";
import type { AnalysisPhase, DelegatedPause, DelegatedStep } from "@/lib/pipeline/rollout/delegated-standing";

/*
 * What is read of a Rollout (argoproj.io/v1alpha1), from argoproj/argo-rollouts: its fields in
 * pkg/apis/rollouts/v1alpha1/types.go; what a phase means, and when it counts, in utils/rollout/rolloututil.go
 * (GetRolloutPhase, IsUnpausing, IsFullyPromoted, CanaryStepString); pauses in rollout/pause.go and rollout/canary.go.
 */

/** An analysis that the status names; its numbers are in the AnalysisRun of that name. */
export interface NamedRun {
  name: string;
  phase: AnalysisPhase;
  message: string;
}

export interface ArgoRollout {
  workload: Workload;
  caughtUp: boolean;
  phase: string;
  message: string;
  /** The controller paused, and a person took its pauses away: it has not gone on yet. */
  isUnpausing: boolean;
  isPromoted: boolean;
  isAborted: boolean;
  isPromotedFully: boolean;
  /** The controller has written a status at all. */
  hasStatus: boolean;
  pausedByHand: boolean;
  pausedBy: DelegatedPause | null;
  steps: DelegatedStep[];
  step: number | null;
  weight: number | null;
  hasAnalysis: boolean;
  runs: NamedRun[];
}

/** What matters here of a Rollout as the API sends it; a field of another form counts as absent. */
export function readArgoRollout(object: unknown): ArgoRollout {
  const workload = slimWorkload("rollout", object);
  const spec = fields(fields(object).spec);
  const status = fields(fields(object).status);
  const canary = fields(fields(spec.strategy).canary);
  const blueGreen = fields(fields(spec.strategy).blueGreen);
  const steps = list(canary.steps).map(fields);
  const step = integer(status.currentStepIndex) ?? null;
  const pauses = list(status.pauseConditions).map((one) => text(fields(one).reason) ?? "");
  const currentHash = text(status.currentPodHash) ?? "";
  const isPromoted = currentHash !== "" && currentHash === text(status.stableRS);
  const isAborted = status.abort === true;
  return {
    workload,
    caughtUp: workload.status.observedGeneration === workload.metadata.generation && currentHash !== "",
    phase: text(status.phase) ?? "",
    message: text(status.message) ?? "",
    isUnpausing: status.controllerPause === true && pauses.length === 0,
    isPromoted,
    isAborted,
    isPromotedFully: status.promoteFull === true,
    hasStatus: currentHash !== "",
    pausedByHand: spec.paused === true,
    pausedBy: spec.paused === true ? "hand" : heldBy(pauses.map((one) => pauseOf(one, steps[step ?? -1], blueGreen))),
    steps: steps.map((one) => ({ words: stepWords(one), weight: integer(one.setWeight) ?? null })),
    step: steps.length === 0 ? null : step,
    weight: isAborted ? 0 : weightOf(fields(status.canary), steps, step, isPromoted),
    hasAnalysis: analysesIn(steps, canary, blueGreen),
    runs: runsOf(status),
  };
}

/** Argo adds a pause to those that stand, and they go together: what only an override ends, or nobody knows, counts. */
function heldBy(pauses: readonly (DelegatedPause | null)[]): DelegatedPause | null {
  if (pauses.includes("inconclusive")) return "inconclusive";
  return pauses.includes(null) ? null : (pauses[0] ?? null);
}

/** Reasons of a PauseCondition (types.go: PauseReason…); one that is not known is nobody's. */
function pauseOf(
  reason: string,
  step: Record<string, unknown> | undefined,
  blueGreen: Record<string, unknown>,
): DelegatedPause | null {
  switch (reason) {
    case "CanaryPauseStep":
      return fields(step?.pause).duration === undefined ? "person" : "time";
    case "BlueGreenPause":
      return blueGreen.autoPromotionSeconds === undefined ? "person" : "time";
    case "InconclusiveAnalysisRun":
    case "InconclusiveExperiment":
      return "inconclusive";
    default:
      return null;
  }
}

function stepWords(step: Record<string, unknown>): string {
  const weight = integer(step.setWeight);
  if (weight !== undefined) return `${weight} %`;
  if (step.pause !== undefined) {
    const { duration } = fields(step.pause);
    return duration === undefined ? "pause until somebody resumes" : `pause for ${durationWords(duration)}`;
  }
  if (step.analysis !== undefined) {
    const templates = list(fields(step.analysis).templates).flatMap((one) => text(fields(one).templateName) ?? []);
    return templates.length === 0 ? "analysis" : `analysis ${templates.join(", ")}`;
  }
  const [kind = "unknown"] = Object.keys(step);
  return kind;
}

/** `30`, `"30"` (seconds), `"5m"` …: DurationFromInt or DurationFromString of a RolloutPause. */
function durationWords(duration: unknown): string {
  const written = text(duration) ?? String(integer(duration) ?? "a time");
  return /^\d+$/.test(written) ? `${written} s` : written;
}

/** The router's word where there is one; else what the steps so far ask for, which the controller meets with pods. */
function weightOf(
  canary: Record<string, unknown>,
  steps: Record<string, unknown>[],
  step: number | null,
  isPromoted: boolean,
): number | null {
  const routed = integer(fields(fields(canary.weights).canary).weight);
  if (routed !== undefined) return routed;
  if (isPromoted || steps.length === 0 || step === null) return null;
  if (step >= steps.length) return 100;
  const set = steps.slice(0, step + 1).flatMap((one) => integer(one.setWeight) ?? []);
  return set.at(-1) ?? 0;
}

function analysesIn(
  steps: Record<string, unknown>[],
  canary: Record<string, unknown>,
  blueGreen: Record<string, unknown>,
): boolean {
  const inSteps = steps.some((one) => one.analysis !== undefined || one.experiment !== undefined);
  const beside = [canary.analysis, blueGreen.prePromotionAnalysis, blueGreen.postPromotionAnalysis];
  return inSteps || beside.some((one) => one !== undefined);
}

const runKeys = [
  ["canary", "currentStepAnalysisRunStatus"],
  ["canary", "currentBackgroundAnalysisRunStatus"],
  ["blueGreen", "prePromotionAnalysisRunStatus"],
  ["blueGreen", "postPromotionAnalysisRunStatus"],
] as const;

function runsOf(status: Record<string, unknown>): NamedRun[] {
  return runKeys.flatMap(([part, key]) => {
    const run = fields(fields(status[part])[key]);
    const name = text(run.name);
    return name === undefined ? [] : [{ name, phase: analysisPhase(run.status), message: text(run.message) ?? "" }];
  });
}

/** AnalysisPhase of pkg/apis/rollouts/v1alpha1/analysis_types.go in our words. */
export function analysisPhase(value: unknown): AnalysisPhase {
  switch (value) {
    case "Pending":
      return "pending";
    case "Running":
      return "running";
    case "Successful":
      return "passed";
    case "Failed":
      return "failed";
    case "Error":
      return "errored";
    case "Inconclusive":
      return "inconclusive";
    default:
      return "unknown";
  }
}
