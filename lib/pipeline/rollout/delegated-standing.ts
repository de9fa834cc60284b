import type { Digest } from "@/lib/pipeline/release/digest";

/** How an analysis of the controller, or one of its metrics, stands. Words that Waybill does not know are unknown. */
export type AnalysisPhase = "pending" | "running" | "passed" | "failed" | "errored" | "inconclusive" | "unknown";

export interface DelegatedMetric {
  name: string;
  phase: AnalysisPhase;
  message: string;
  /** Measured and shown by the controller; decides nothing there. */
  dryRun: boolean;
  /** Newest last, as the controller wrote them down; a few at most. */
  values: { at: string; value: string; phase: AnalysisPhase }[];
}

export interface DelegatedAnalysis {
  name: string;
  phase: AnalysisPhase;
  message: string;
  metrics: DelegatedMetric[];
  /** Its controller keeps no measurements: that there are none says nothing. */
  isUnkept?: true;
}

/** One step of the controller's own object. */
export interface DelegatedStep {
  words: string;
  /** The share of the requests that it sets, in percent; null where it sets none. */
  weight: number | null;
}

/**
 * What holds the controller: its object by hand, a step that waits for a person or for a time, a gate of its own that
 * opens from outside, or that it cannot judge.
 */
export type DelegatedPause = "hand" | "person" | "time" | "gate" | "inconclusive";

/** What the controller's object and its status say at one moment. */
export interface DelegatedStanding {
  at: string;
  /** The object, as people call it. */
  what: string;
  exists: boolean;
  digest: Digest | undefined;
  promotion: string | undefined;
  /** The fencing number that the object carries. */
  generation: number;
  targetGeneration: number;
  /** False while the status is about an earlier order. */
  caughtUp: boolean;
  phase: "progressing" | "paused" | "healthy" | "degraded" | "unknown";
  /** The controller's own word for it, and what it says beside. */
  phaseWord: string;
  message: string;
  /** Everything was moved to the version that the object asks for, by the controller's word. */
  isPromoted: boolean;
  isAborted: boolean;
  /** Nothing is under way, and what takes the traffic is what the object asks for. */
  isSettled: boolean;
  /** The controller's mark of the template that it works on; absent where `caughtUp` says enough. */
  applied?: string;
  pausedBy: DelegatedPause | null;
  steps: DelegatedStep[];
  /** Index of the step that it is at; as many as there are where all are over; null where it says none. */
  step: number | null;
  /** The new version's share of the requests in percent; null where the controller does not say. */
  weight: number | null;
  /** Its object has an analysis that compares or measures the new version. */
  hasAnalysis: boolean;
  analyses: DelegatedAnalysis[];
}

/**
 * Why nothing may begin there; undefined where it may. A rollback goes to what was verified: past another rollout, and
 * without an analysis; but not past somebody who holds it.
 */
export function standingProblem(
  { exists, what, hasAnalysis, caughtUp, isSettled, pausedBy, phaseWord }: DelegatedStanding,
  { withoutAnalysis, isRollback = false }: { withoutAnalysis: boolean; isRollback?: boolean },
): string | undefined {
  if (!exists) return `${what} does not exist`;
  if (pausedBy === "hand") return `somebody paused ${what} by hand: resume it first`;
  if (isRollback) return undefined;
  if (!hasAnalysis && !withoutAnalysis) {
    return `${what} has no analysis, so nothing would compare the versions: give it one, or set withoutAnalysis: true`;
  }
  // One that its controller has never seen has nothing under way.
  if (caughtUp && !isSettled) return `${what} is in the middle of another rollout (${phaseWord}): let it end first`;
  return undefined;
}
