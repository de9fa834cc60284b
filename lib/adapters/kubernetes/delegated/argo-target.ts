import type { KubernetesClient, PatchOperation } from "@/lib/adapters/kubernetes/client";
import { readAnalysis } from "@/lib/adapters/kubernetes/delegated/analysis-run";
import { type ArgoRollout, readArgoRollout } from "@/lib/adapters/kubernetes/delegated/argo-rollout";
import { checkOrder, digestIn } from "@/lib/adapters/kubernetes/delegated/check-order";
import { clusterWords, misconfigured } from "@/lib/adapters/kubernetes/errors";
import { workloadPath } from "@/lib/adapters/kubernetes/paths";
import { annotatedGeneration, promotionAnnotation, workloadName } from "@/lib/adapters/kubernetes/plan";
import type { DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";
import type { DelegatedCommand, DelegatedOutcome, DelegatedTarget } from "@/lib/ports/delegated-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

interface Calls {
  client: KubernetesClient;
  now: () => Date;
}

/** The Rollout of `ref`, undefined where there is none; a cluster that does not know the kind is `misconfigured`. */
async function read(
  { system, get }: KubernetesClient,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<ArgoRollout | undefined> {
  if (ref.workload.kind !== "rollout")
    throw misconfigured(system, `${workloadName(ref)} is no Rollout: Argo Rollouts does not own it`);
  try {
    return readArgoRollout(await get(workloadPath(system, ref), {}, signal));
  } catch (error) {
    if (!(error instanceof ExternalError) || error.status !== 404) throw error;
    if (error.code === "notFound") return undefined;
    throw misconfigured(system, "the cluster does not know Rollout (argoproj.io/v1alpha1): Argo Rollouts is not there");
  }
}

/** A phase counts for this very object alone, and not while a pause is being taken away (GetRolloutPhase). */
function phaseOf({ phase, isUnpausing }: ArgoRollout): DelegatedStanding["phase"] {
  if (isUnpausing) return "progressing";
  switch (phase) {
    case "Healthy":
      return "healthy";
    case "Progressing":
      return "progressing";
    case "Paused":
      return "paused";
    case "Degraded":
      return "degraded";
    default:
      return "unknown";
  }
}

async function look(
  { client, now }: Calls,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<DelegatedStanding> {
  const at = now().toISOString();
  const what = workloadName(ref);
  const rollout = await read(client, ref, signal);
  if (!rollout) return missing(at, what);
  const analyses = await Promise.all(rollout.runs.map((run) => readAnalysis(client, ref.namespace, run, signal)));
  const { metadata } = rollout.workload;
  return {
    at,
    what,
    exists: true,
    digest: digestIn(rollout.workload, ref),
    promotion: metadata.annotations[promotionAnnotation],
    generation: annotatedGeneration(client.system, rollout.workload),
    targetGeneration: metadata.generation,
    caughtUp: rollout.caughtUp,
    phase: phaseOf(rollout),
    phaseWord: clusterWords(rollout.phase),
    message: clusterWords(rollout.message),
    isPromoted: rollout.isPromoted,
    isAborted: rollout.isAborted,
    isSettled: rollout.isPromoted,
    pausedBy: rollout.isUnpausing ? null : rollout.pausedBy,
    steps: rollout.steps.map((one) => ({ ...one, words: clusterWords(one.words) })),
    step: rollout.step,
    weight: rollout.weight,
    hasAnalysis: rollout.hasAnalysis,
    analyses,
  };
}

/** What is said of an object that is not there. */
export function missing(at: string, what: string): DelegatedStanding {
  return {
    ...{ at, what, exists: false, digest: undefined, promotion: undefined, generation: 0, targetGeneration: 0 },
    ...{ caughtUp: false, phase: "unknown", phaseWord: "", message: "", isPromoted: false, isAborted: false },
    ...{ isSettled: false },
    ...{ pausedBy: null, steps: [], step: null, weight: null, hasAnalysis: false, analyses: [] },
  };
}

/** A write of a Rollout: of its spec, or of its status, which is a subresource since version 0.10. */
interface Write {
  of: "spec" | "status";
  operation: PatchOperation;
}

const setPaused = (paused: boolean): Write => ({
  of: "spec",
  operation: { op: "add", path: "/spec/paused", value: paused },
});

const endPause: Write = { of: "status", operation: { op: "remove", path: "/status/pauseConditions" } };

/**
 * The next write that the command asks for, undefined where it is so. As `kubectl argo rollouts` writes them
 * (pkg/kubectl-argo-rollouts/cmd: pause, promote, abort), and no more than what was asked for.
 */
function nextWrite(command: DelegatedCommand, rollout: ArgoRollout): Write | undefined {
  const { pausedByHand, isPromoted, hasStatus } = rollout;
  switch (command) {
    case "pause":
      return pausedByHand ? undefined : setPaused(true);
    case "resume":
      return pausedByHand ? setPaused(false) : undefined;
    case "goPast":
      return rollout.pausedBy === "person" || rollout.pausedBy === "time" ? endPause : undefined;
    case "skipAnalysis":
      return rollout.pausedBy === "inconclusive" ? endPause : undefined;
    case "promoteFully":
      if (isPromoted || !hasStatus) return undefined;
      // Paused by hand it goes nowhere, whatever else it is told.
      if (pausedByHand) return setPaused(false);
      if (rollout.isPromotedFully) return undefined;
      return { of: "status", operation: { op: "add", path: "/status/promoteFull", value: true } };
    case "tidyUp":
      return undefined;
    case "abort":
      if (isPromoted || !hasStatus || rollout.isAborted) return undefined;
      return { of: "status", operation: { op: "add", path: "/status/abort", value: true } };
    default:
      return command satisfies never;
  }
}

/** Two writes are what the longest command takes; one more, where somebody else wrote in between. */
const writesMax = 3;

async function tell(
  { client }: Calls,
  ref: KubernetesTargetRef,
  { command, digest, by }: Parameters<DelegatedTarget["tell"]>[1],
  signal?: AbortSignal,
): Promise<DelegatedOutcome> {
  const { system } = client;
  let rollout = await read(client, ref, signal);
  for (let writes = 0; ; writes += 1) {
    const written = writes > 0;
    const drift = checkOrder(system, ref, rollout?.workload, { digest, by });
    if (drift || !rollout) return drift ?? { kind: "done", written };
    const write = nextWrite(command, rollout);
    if (!write) return { kind: "done", written };
    if (writes === writesMax) {
      const { path: field } = write.operation;
      const words = `${workloadName(ref)}: ${field} was written ${writes} times and did not stay`;
      throw misconfigured(system, `${words}: does the cluster's definition of Rollout know it?`);
    }
    const path = `${workloadPath(system, ref)}${write.of === "status" ? "/status" : ""}`;
    const fence: PatchOperation = {
      op: "replace",
      path: "/metadata/resourceVersion",
      value: rollout.workload.metadata.resourceVersion,
    };
    const answer = readArgoRollout(await client.patchJson(path, [fence, write.operation], signal));
    // One pause, and not that of the next step too.
    if (command === "goPast" || command === "skipAnalysis") return { kind: "done", written: true };
    rollout = answer;
  }
}

/** Workloads of one cluster that Argo Rollouts owns, with the rights of deploy/rbac.yaml. */
export function argoTarget(calls: Calls): DelegatedTarget {
  return {
    look: (ref, signal) => look(calls, ref, signal),
    tell: (ref, order, signal) => tell(calls, ref, order, signal),
  };
}
