/*
 * What Flagger does with a Canary, as far as Waybill and its tests meet it: one function from what stands there at an
 * interval to what is written next. Its transitions are those of fluxcd/flagger: pkg/controller/scheduler.go (advanceCanary,
 * runCanary, shouldSkipAnalysis, rollback), pkg/canary/status.go (syncCanaryStatus, setStatusPhase), pkg/canary/spec.go
 * (hasSpecChanged), pkg/canary/deployment_ready.go.
 */
export interface CanarySpec {
  targetRef: { kind: string; name: string };
  suspend?: boolean;
  skipAnalysis?: boolean;
  /** `1m`, `10s`. */
  analysis?: {
    interval?: string;
    threshold?: number;
    maxWeight?: number;
    stepWeight?: number;
    metrics?: { name: string; thresholdRange?: { min?: number; max?: number } }[];
  };
}

export interface CanaryStatus {
  phase?: string;
  failedChecks?: number;
  canaryWeight?: number;
  iterations?: number;
  lastAppliedSpec?: string;
  lastPromotedSpec?: string;
  lastTransitionTime?: string;
  conditions?: { type: string; status: string; reason: string; message: string }[];
}

export interface SeenCanary {
  spec: CanarySpec;
  status: CanaryStatus;
  /** Of the pod template of the Deployment that it owns. */
  hash: string;
  /** The Deployment that it owns, and its primary, once there is one. */
  target: { isReady: boolean; isHung: boolean };
  primary: { isReady: boolean } | undefined;
  /** How many percent of their requests the new pods answered; undefined where nothing could be measured. */
  rate: number | undefined;
  /** Epoch milliseconds. */
  now: number;
}

export interface CanaryAdvance {
  status: CanaryStatus;
  /** The Deployment is scaled to this many pods: to as many as the primary has where it says `up`. */
  scale?: "up" | "down";
  /** The primary is made, or takes the Deployment's template. */
  primary?: "create" | "promote";
  /** A warning event of the Canary. */
  warning?: string;
}

const messages: Record<string, [string, string]> = {
  Initializing: ["Unknown", "New Deployment detected, starting initialization."],
  Initialized: ["True", "Deployment initialization completed."],
  Progressing: ["Unknown", "New revision detected, progressing canary analysis."],
  Promoting: ["Unknown", "Canary analysis completed, starting primary rolling update."],
  Finalising: ["Unknown", "Canary analysis completed, routing all traffic to primary."],
  Succeeded: ["True", "Canary analysis completed successfully, promotion finished."],
  Failed: ["False", "Canary analysis failed, Deployment scaled to zero."],
};

const secondsOf = { s: 1, m: 60, h: 3600 } as const;

/** How long it waits between two looks, in milliseconds. */
export function intervalMs({ analysis }: CanarySpec): number {
  const [, amount = "1", unit = "m"] = /^(\d+)([smh])$/.exec(analysis?.interval ?? "1m") ?? [];
  return Number(amount) * secondsOf[unit as keyof typeof secondsOf] * 1000;
}

/** One interval. */
export function advanceCanary(seen: SeenCanary): CanaryAdvance {
  const { spec, status, hash, primary } = seen;
  if (spec.suspend) return { status };
  const { phase = "" } = status;
  if (!primary) return { status: moved(seen, "Initializing"), primary: "create" };
  if (phase === "" || phase === "Initializing") {
    if (!primary.isReady) return { status };
    const initialized = { ...moved(seen, "Initialized"), lastAppliedSpec: hash, lastPromotedSpec: hash };
    return { status: initialized, scale: "down" };
  }
  const isUnderWay = phase === "Progressing" || phase === "Promoting" || phase === "Finalising";
  const isNew = hash !== status.lastPromotedSpec && hash !== status.lastAppliedSpec;
  if (!isUnderWay) {
    if (!isNew) return { status };
    return { status: { ...moved(seen, "Progressing"), ...nothing, lastAppliedSpec: hash }, scale: "up" };
  }
  if (!spec.skipAnalysis && !primary.isReady) return { status };
  if (phase === "Progressing" && isNew) return { status: { ...moved(seen, phase), ...nothing, lastAppliedSpec: hash } };
  return underWay(seen, phase);
}

const nothing = { failedChecks: 0, canaryWeight: 0, iterations: 0 };

function underWay(seen: SeenCanary, phase: string): CanaryAdvance {
  const { spec, status, target } = seen;
  const { stepWeight = 0, maxWeight = 100, threshold = 1 } = spec.analysis ?? {};
  const { canaryWeight = 0, failedChecks = 0 } = status;
  if (phase === "Promoting") return { status: { ...moved(seen, "Finalising"), ...nothing } };
  if (phase === "Finalising") {
    const done = { ...moved(seen, "Succeeded"), ...nothing, lastPromotedSpec: status.lastAppliedSpec };
    return { status: done, scale: "down" };
  }
  const failed = failedChecks >= threshold || target.isHung;
  if (!target.isReady && !failed) return { status };
  if (spec.skipAnalysis && !target.isHung) {
    const done = { ...moved(seen, "Succeeded"), ...nothing, lastPromotedSpec: seen.hash, lastAppliedSpec: seen.hash };
    return { status: done, primary: "promote", scale: "down" };
  }
  if (failed) {
    const ended = { ...moved(seen, "Failed"), canaryWeight: 0, iterations: 0, failedChecks };
    return { status: ended, scale: "down", warning: "Canary failed! Scaling down" };
  }
  // The first look at a canary without traffic only begins; each later one measures.
  const why = canaryWeight > 0 ? whyHalted(seen) : undefined;
  if (why !== undefined) return { status: halted(seen), warning: why };
  if (canaryWeight < maxWeight && stepWeight > 0) {
    return { status: { ...moved(seen, phase), canaryWeight: Math.min(100, canaryWeight + stepWeight) } };
  }
  return { status: { ...moved(seen, "Promoting"), ...nothing }, primary: "promote" };
}

/** What it notes where its first metric is outside of its range; undefined where it is within. */
function whyHalted({ spec, rate }: SeenCanary): string | undefined {
  const [metric] = spec.analysis?.metrics ?? [];
  const { min = 0 } = metric?.thresholdRange ?? {};
  if (rate === undefined) return `Halt advancement no values found for metric ${metric?.name}`;
  return rate < min ? `Halt advancement ${metric?.name} ${rate.toFixed(2)} < ${min}` : undefined;
}

/** A check that failed: nothing advances, and it counts. */
function halted(seen: SeenCanary): CanaryStatus {
  return { ...moved(seen, "Progressing"), failedChecks: (seen.status.failedChecks ?? 0) + 1 };
}

function moved({ status, now }: SeenCanary, phase: string): CanaryStatus {
  const [state, message] = messages[phase] ?? ["Unknown", ""];
  return {
    ...status,
    phase,
    lastTransitionTime: new Date(now).toISOString(),
    conditions: [{ type: "Promoted", status: state, reason: phase, message }],
  };
}
