/*
 * What the controller of Argo Rollouts does with a canary, as far as Waybill and its tests meet it: one function from what
 * stands there to what is written next. Its transitions are those of argoproj/argo-rollouts: rollout/canary.go
 * (syncRolloutStatusCanary, completedCurrentCanaryStep, reconcileCanaryPause), rollout/sync.go (resetRolloutStatus),
 * utils/rollout/rolloututil.go (CalculateRolloutPhase).
 */
export interface RolloutStepSpec {
  setWeight?: number;
  /** Seconds, or `30s`, `5m`, `1h`; without one it waits for a person. */
  pause?: { duration?: number | string };
  analysis?: { templates?: { templateName: string }[] };
}

export interface RolloutSpec {
  replicas?: number;
  paused?: boolean;
  progressDeadlineSeconds?: number;
  selector: { matchLabels: Record<string, string> };
  template: { metadata: { labels?: Record<string, string> }; spec: { containers: { name: string; image: string }[] } };
  strategy?: { canary?: { steps?: RolloutStepSpec[]; trafficRouting?: object } };
}

export interface RolloutStatus {
  observedGeneration?: string;
  currentPodHash?: string;
  stableRS?: string;
  currentStepIndex?: number;
  phase?: string;
  message?: string;
  abort?: boolean;
  abortedAt?: string;
  promoteFull?: boolean;
  controllerPause?: boolean;
  pauseConditions?: { reason: string; startTime: string }[];
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  conditions?: { type: string; status: string; reason: string; message: string; lastUpdateTime: string }[];
  canary?: {
    currentStepAnalysisRunStatus?: { name: string; status: string; message?: string };
    weights?: { canary: { weight: number }; stable: { weight: number } };
  };
}

export interface SeenSet {
  hash: string;
  revision: number;
  replicas: number;
  current: number;
  available: number;
}

export interface SeenRollout {
  name: string;
  generation: number;
  spec: RolloutSpec;
  status: RolloutStatus;
  /** Of the pod template as it stands. */
  hash: string;
  sets: SeenSet[];
  runs: { name: string; phase: string; message?: string }[];
  /** Epoch milliseconds, and how many times faster than that a second passes. */
  now: number;
  speed: number;
}

export interface Advance {
  status: RolloutStatus;
  /** How many pods each ReplicaSet is to have, by its hash; one that is not there is created with `revision`. */
  replicas: Record<string, number>;
  revision: number;
  /** An AnalysisRun that is to be there. */
  run?: { name: string; templates: string[] };
}

const units = { s: 1, m: 60, h: 3600 } as const;

function secondsOf(duration: number | string): number {
  const [, amount, unit = "s"] = /^(\d+)([smh])?$/.exec(String(duration)) ?? [];
  return Number(amount ?? 0) * units[unit as keyof typeof units];
}

/** One reconciliation. */
export function advanceRollout(seen: SeenRollout): Advance {
  const { spec, hash, sets, generation } = seen;
  const steps = spec.strategy?.canary?.steps ?? [];
  const mine = sets.find((set) => set.hash === hash);
  const others = sets.filter((set) => set.hash !== hash);
  const newest = Math.max(0, ...others.map(({ revision }) => revision));
  const revision = mine && mine.revision > newest ? mine.revision : newest + 1;
  const status = begun(seen, steps.length);
  status.observedGeneration = String(generation);
  const run = spec.paused ? undefined : walk(seen, status, steps, mine, revision);
  const replicas = wanted(seen, status, steps);
  count(status, mine, sets);
  judge(seen, status, steps.length, mine, revision);
  return { status, replicas, revision, ...(run ? { run } : {}) };
}

/** A changed template begins anew: nothing of the one before holds it, and one that is stable already skips its steps. */
function begun({ status, hash }: SeenRollout, steps: number): RolloutStatus {
  if (status.currentPodHash === hash) return structuredClone(status);
  const { stableRS } = status;
  return {
    currentPodHash: hash,
    ...(stableRS === undefined ? {} : { stableRS }),
    ...(steps === 0 ? {} : { currentStepIndex: stableRS === undefined || stableRS === hash ? steps : 0 }),
  };
}

/** Goes past the step that is complete; answers the analysis that the present one asks for. */
function walk(
  seen: SeenRollout,
  status: RolloutStatus,
  steps: RolloutStepSpec[],
  mine: SeenSet | undefined,
  revision: number,
): Advance["run"] {
  const { hash, spec } = seen;
  const total = spec.replicas ?? 1;
  const available = mine?.available ?? 0;
  if (status.promoteFull && !isStable(status)) {
    for (const key of ["abort", "abortedAt", "pauseConditions", "controllerPause"] as const) delete status[key];
    status.currentStepIndex = steps.length;
  }
  if (status.abort) {
    status.currentStepIndex = isStable(status) ? steps.length : 0;
    status.abortedAt ??= iso(seen.now);
    for (const key of ["pauseConditions", "controllerPause"] as const) delete status[key];
    return undefined;
  }
  const index = status.currentStepIndex ?? steps.length;
  if (isStable(status) || index >= steps.length) {
    if (available >= total) {
      status.stableRS = hash;
      delete status.promoteFull;
    }
    return undefined;
  }
  const step = steps[index] ?? {};
  const next = () => {
    status.currentStepIndex = index + 1;
    for (const key of ["pauseConditions", "controllerPause"] as const) delete status[key];
    delete status.canary?.currentStepAnalysisRunStatus;
  };
  if (step.setWeight !== undefined) {
    if (available >= podsFor(step.setWeight, total)) next();
  } else if (step.pause) pause(seen, status, step.pause, next);
  else if (step.analysis) return analyse(seen, status, step.analysis, { index, revision, next });
  else next();
  return undefined;
}

function pause(
  seen: SeenRollout,
  status: RolloutStatus,
  { duration }: { duration?: number | string },
  next: () => void,
) {
  const [condition] = status.pauseConditions ?? [];
  if (!condition) {
    // Somebody took the pause away.
    if (status.controllerPause) return next();
    status.controllerPause = true;
    status.pauseConditions = [{ reason: "CanaryPauseStep", startTime: iso(seen.now) }];
  } else if (duration !== undefined && elapsed(seen, condition.startTime) >= secondsOf(duration) * 1000) next();
}

function analyse(
  seen: SeenRollout,
  status: RolloutStatus,
  analysis: NonNullable<RolloutStepSpec["analysis"]>,
  { index, revision, next }: { index: number; revision: number; next: () => void },
): Advance["run"] {
  if (status.controllerPause && (status.pauseConditions ?? []).length === 0) {
    next();
    return undefined;
  }
  const name = `${seen.name}-${seen.hash}-${revision}-${index}`;
  const run = seen.runs.find((one) => one.name === name);
  const templates = (analysis.templates ?? []).map(({ templateName }) => templateName);
  const { phase = "Pending", message } = run ?? {};
  status.canary = {
    ...status.canary,
    currentStepAnalysisRunStatus: { name, status: phase, ...(message ? { message } : {}) },
  };
  if (phase === "Successful") next();
  else if (phase === "Failed" || phase === "Error") {
    status.abort = true;
    status.abortedAt = iso(seen.now);
    status.currentStepIndex = 0;
  } else if (phase === "Inconclusive" && !status.controllerPause) {
    status.controllerPause = true;
    status.pauseConditions = [{ reason: "InconclusiveAnalysisRun", startTime: iso(seen.now) }];
  }
  return { name, templates };
}

const isStable = ({ stableRS, currentPodHash }: RolloutStatus) => stableRS !== undefined && stableRS === currentPodHash;
const podsFor = (weight: number, total: number) => Math.ceil((total * weight) / 100);

function weightOf({ currentStepIndex, abort }: RolloutStatus, steps: RolloutStepSpec[]): number {
  if (abort) return 0;
  const index = currentStepIndex ?? steps.length;
  if (index >= steps.length) return 100;
  return steps.slice(0, index + 1).findLast((step) => step.setWeight !== undefined)?.setWeight ?? 0;
}

/** With a router the stable pods stay until the end; without one they make room as those of the canary come up. */
function wanted({ spec, hash, sets }: SeenRollout, status: RolloutStatus, steps: RolloutStepSpec[]) {
  const total = spec.replicas ?? 1;
  const { stableRS } = status;
  const available = sets.find((set) => set.hash === hash)?.available ?? 0;
  if (spec.paused && status.phase !== undefined)
    return Object.fromEntries(sets.map((set) => [set.hash, set.replicas])) as Record<string, number>;
  const replicas: Record<string, number> = {};
  if (stableRS === undefined || stableRS === hash) {
    for (const set of sets) replicas[set.hash] = available >= total ? 0 : set.replicas;
    replicas[hash] = total;
    return replicas;
  }
  const weight = weightOf(status, steps);
  const canary = status.abort ? 0 : podsFor(weight, total);
  for (const set of sets) replicas[set.hash] = 0;
  const isRouted = spec.strategy?.canary?.trafficRouting !== undefined;
  replicas[stableRS] = isRouted || status.abort ? total : Math.max(total - canary, total - available);
  replicas[hash] = canary;
  if (isRouted) status.canary = { ...status.canary, weights: { canary: { weight }, stable: { weight: 100 - weight } } };
  return replicas;
}

function count(status: RolloutStatus, mine: SeenSet | undefined, sets: SeenSet[]): void {
  const sum = (of: (set: SeenSet) => number) => sets.reduce((total, set) => total + of(set), 0);
  status.replicas = sum((set) => set.current);
  status.updatedReplicas = mine?.current ?? 0;
  status.readyReplicas = sum((set) => set.available);
  status.availableReplicas = sum((set) => set.available);
}

/** The one word, as CalculateRolloutPhase finds it, and the condition that keeps the time of the last progress. */
function judge(
  seen: SeenRollout,
  status: RolloutStatus,
  steps: number,
  mine: SeenSet | undefined,
  revision: number,
): void {
  const { spec, status: before } = seen;
  const total = spec.replicas ?? 1;
  const keys = ["currentPodHash", "currentStepIndex", "availableReplicas", "updatedReplicas"] as const;
  const was = before.conditions?.find(({ type }) => type === "Progressing");
  const isHeld = spec.paused === true || (status.pauseConditions ?? []).length > 0;
  const moved = isHeld || was === undefined || keys.some((key) => before[key] !== status[key]);
  const lastUpdateTime = moved ? iso(seen.now) : was.lastUpdateTime;
  const isOver = isStable(status) && (mine?.available ?? 0) >= total && status.replicas === total;
  const isLate = !isHeld && !isOver && elapsed(seen, lastUpdateTime) >= (spec.progressDeadlineSeconds ?? 600) * 1000;
  const { reason, message } = conditionOf(seen, status, { isHeld, isOver, isLate, revision });
  const isBad = status.abort === true || isLate;
  // A condition of a paused rollout keeps its time, or every look would be a write.
  const kept = isHeld && was?.reason === reason ? was.lastUpdateTime : lastUpdateTime;
  status.conditions = [
    { type: "Progressing", status: isBad ? "False" : "True", reason, message, lastUpdateTime: kept },
  ];
  const [phase, words] = isBad ? ["Degraded", `${reason}: ${message}`] : phaseOf(spec, status, total, isOver);
  status.phase = phase;
  if (words === undefined) delete status.message;
  else status.message = words;
  if (isOver && steps > 0) status.currentStepIndex = steps;
}

interface Held {
  isHeld: boolean;
  isOver: boolean;
  isLate: boolean;
  revision: number;
}

function conditionOf(seen: SeenRollout, status: RolloutStatus, { isHeld, isOver, isLate, revision }: Held) {
  const set = `ReplicaSet "${seen.name}-${seen.hash}"`;
  if (status.abort) {
    const about = status.canary?.currentStepAnalysisRunStatus?.message;
    const why = about === undefined ? "" : `: Step-based analysis phase error/failed: ${about}`;
    return { reason: "RolloutAborted", message: `Rollout aborted update to revision ${revision}${why}` };
  }
  if (isLate) return { reason: "ProgressDeadlineExceeded", message: `${set} has timed out progressing.` };
  if (isOver) return { reason: "NewReplicaSetAvailable", message: `${set} has successfully progressed.` };
  if (isHeld) return { reason: "RolloutPaused", message: "Rollout is paused" };
  return { reason: "ReplicaSetUpdated", message: `${set} is progressing.` };
}

function phaseOf(spec: RolloutSpec, status: RolloutStatus, total: number, isOver: boolean): [string, string?] {
  const [condition] = status.pauseConditions ?? [];
  const updated = status.updatedReplicas ?? 0;
  if (spec.paused) return ["Paused", "manually paused"];
  if (condition) return ["Paused", condition.reason];
  if (updated < total) return ["Progressing", "more replicas need to be updated"];
  if ((status.availableReplicas ?? 0) < updated)
    return ["Progressing", "updated replicas are still becoming available"];
  if ((status.replicas ?? 0) > updated) return ["Progressing", "old replicas are pending termination"];
  return isOver ? ["Healthy"] : ["Progressing", "waiting for all steps to complete"];
}

const iso = (at: number) => new Date(at).toISOString();
const elapsed = ({ now, speed }: SeenRollout, since: string) => (now - Date.parse(since)) * speed;
