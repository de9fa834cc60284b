import { fields, integer, list, type Metadata, metadataOf, text } from "@/lib/adapters/kubernetes/objects";
import { checkedName } from "@/lib/adapters/kubernetes/paths";
import type { DelegatedPause, DelegatedStanding, DelegatedStep } from "@/lib/pipeline/rollout/delegated-standing";

/*
 * What is read of a Canary (flagger.app/v1beta1), from fluxcd/flagger: its fields in pkg/apis/flagger/v1beta1/canary.go and
 * status.go (the phases), what each phase does in pkg/controller/scheduler.go (advanceCanary: suspend, skipAnalysis; weights
 * in nextStepWeight and maxWeight), what the mark lastAppliedSpec means in pkg/canary/status.go and spec.go.
 */
export interface FlaggerCanary {
  metadata: Metadata;
  /** The Deployment that it owns. */
  targetName: string;
  phase: DelegatedStanding["phase"];
  phaseWord: string;
  message: string;
  pausedBy: DelegatedPause | null;
  isSuspended: boolean;
  skipsAnalysis: boolean;
  /** No analysis is under way: what it owns stands still. */
  isIdle: boolean;
  applied: string;
  steps: DelegatedStep[];
  step: number | null;
  weight: number;
  hasAnalysis: boolean;
  metrics: { name: string; range: string }[];
  failedChecks: number;
  threshold: number;
}

export const canariesApi = "/apis/flagger.app/v1beta1";

export function canaryPath(system: string, namespace: string, name: string): string {
  const folder = `${canariesApi}/namespaces/${checkedName(system, "namespace", namespace)}/canaries`;
  return `${folder}/${checkedName(system, "Canary", name)}`;
}

/** The Deployment that takes the traffic where a Canary owns `name`; Flagger makes it (deployment_controller.go). */
export const primaryName = (name: string): string => `${name}-primary`;

/** What matters here of a Canary as the API sends it; a field of another form counts as absent. */
export function readFlaggerCanary(object: unknown): FlaggerCanary {
  const whole = fields(object);
  const spec = fields(whole.spec);
  const status = fields(whole.status);
  // Until v1beta1 it was canaryAnalysis, which GetAnalysis() still reads.
  const analysis = fields(spec.analysis ?? spec.canaryAnalysis);
  const word = text(status.phase) ?? "";
  const isSuspended = spec.suspend === true;
  const skipsAnalysis = spec.skipAnalysis === true;
  const weight = integer(status.canaryWeight) ?? 0;
  const iterations = integer(status.iterations) ?? 0;
  const steps = stepsOf(analysis);
  const metrics = list(analysis.metrics).map(fields);
  const [condition] = list(status.conditions).map(fields);
  return {
    metadata: metadataOf(whole),
    targetName: text(fields(spec.targetRef).name) ?? "",
    phase: isSuspended && phases[word] === "progressing" ? "paused" : (phases[word] ?? "unknown"),
    phaseWord: word,
    message: text(condition?.message) ?? "",
    pausedBy: isSuspended ? "hand" : word === "Waiting" || word === "WaitingPromotion" ? "gate" : null,
    isSuspended,
    skipsAnalysis,
    isIdle: idle.has(word),
    applied: text(status.lastAppliedSpec) ?? "",
    steps,
    step: placeOf(word, steps, { weight, iterations }),
    weight,
    hasAnalysis: metrics.length > 0 && !skipsAnalysis,
    metrics: metrics.map((metric) => ({ name: text(metric.name) ?? "", range: rangeOf(metric) })),
    failedChecks: integer(status.failedChecks) ?? 0,
    threshold: integer(analysis.threshold) ?? 1,
  };
}

/** A word that is not here is unknown; what ends a Canary itself (Terminating, Terminated) says nothing of a rollout. */
const phases: Record<string, DelegatedStanding["phase"]> = {
  Initializing: "progressing",
  Initialized: "healthy",
  Waiting: "paused",
  Progressing: "progressing",
  WaitingPromotion: "paused",
  Promoting: "progressing",
  Finalising: "progressing",
  Succeeded: "healthy",
  Failed: "degraded",
};
const idle = new Set(["Initialized", "Succeeded", "Failed"]);
const stepsMax = 50;

/** The shares that it goes through: stepWeights, or stepWeight up to maxWeight (100 where it says none); or iterations. */
function stepsOf(analysis: Record<string, unknown>): DelegatedStep[] {
  const iterations = integer(analysis.iterations) ?? 0;
  if (iterations > 0) {
    const count = Math.min(iterations, stepsMax);
    return Array.from({ length: count }, (_, index) => ({ words: `iteration ${index + 1}`, weight: null }));
  }
  const listed = list(analysis.stepWeights).flatMap((one) => integer(one) ?? []);
  const stepWeight = integer(analysis.stepWeight) ?? 0;
  const maxWeight = integer(analysis.maxWeight) || 100;
  const counted =
    stepWeight > 0
      ? Array.from({ length: Math.ceil(maxWeight / stepWeight) }, (_, index) => Math.min(100, (index + 1) * stepWeight))
      : [];
  const weights = listed.length > 0 ? listed : counted;
  return weights.slice(0, stepsMax).map((weight) => ({ words: `${weight} %`, weight }));
}

function placeOf(word: string, steps: DelegatedStep[], at: { weight: number; iterations: number }): number | null {
  if (steps.length === 0) return null;
  if (word === "Promoting" || word === "Finalising" || word === "Succeeded") return steps.length;
  if (steps[0]?.weight === null) return at.iterations > 0 ? Math.min(at.iterations, steps.length) - 1 : null;
  const place = steps.findLastIndex(({ weight }) => weight !== null && weight <= at.weight);
  return place < 0 ? null : place;
}

/** `at least 99, at most 500`, of thresholdRange, or of the older `threshold`. */
function rangeOf(metric: Record<string, unknown>): string {
  const { min, max } = fields(metric.thresholdRange);
  const limits = [typeof min === "number" ? `at least ${min}` : "", typeof max === "number" ? `at most ${max}` : ""];
  const said = limits.filter((limit) => limit !== "").join(", ");
  return said === "" && typeof metric.threshold === "number" ? `threshold ${metric.threshold}` : said;
}
