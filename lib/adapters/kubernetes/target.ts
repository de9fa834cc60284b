import { createBlueGreenTarget } from "@/lib/adapters/kubernetes/blue-green/blue-green-target";
import { withColour } from "@/lib/adapters/kubernetes/blue-green/live-colour";
import { readLive } from "@/lib/adapters/kubernetes/blue-green/read-colours";
import { createCanaryTarget } from "@/lib/adapters/kubernetes/canary/canary-target";
import { createClient, type KubernetesClient } from "@/lib/adapters/kubernetes/client";
import type { KubeconfigSource } from "@/lib/adapters/kubernetes/connection";
import { createDelegatedTarget } from "@/lib/adapters/kubernetes/delegated/delegated-target";
import { primaryName } from "@/lib/adapters/kubernetes/delegated/flagger-canary";
import { badResponse } from "@/lib/adapters/kubernetes/errors";
import type { Pacing } from "@/lib/adapters/kubernetes/feed";
import { createKubernetesJobs } from "@/lib/adapters/kubernetes/jobs/kubernetes-jobs";
import { listAll } from "@/lib/adapters/kubernetes/list-all";
import { slimPod, slimReplicaSet, slimWorkload, type Workload } from "@/lib/adapters/kubernetes/objects";
import { summarize, withOwner } from "@/lib/adapters/kubernetes/observe";
import { buildPatch, buildRolloutPatch } from "@/lib/adapters/kubernetes/patch";
import { listPath, selectorQuery, workloadPath } from "@/lib/adapters/kubernetes/paths";
import { checkChange, planChange, workloadName } from "@/lib/adapters/kubernetes/plan";
import { traceTarget } from "@/lib/adapters/kubernetes/trace";
import { watchTargets } from "@/lib/adapters/kubernetes/watch";
import type {
  AppliedChange,
  DeployTarget,
  KubernetesTargetRef,
  TargetChange,
  TargetObservation,
  TargetPlan,
} from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

export interface KubernetesTargetOptions {
  /** The connection's name, as errors say it: `cluster NAME`. */
  name: string;
  kubeconfig: KubeconfigSource;
  /** Limit of each single call; a watch is bounded by its own silence instead. */
  requestTimeoutMs: number;
  /** A number from 0 to 1, for the spread of retries. */
  random?: () => number;
  now?: () => Date;
  /** The longest time between two reads while watching does not work; 15 s. */
  pollMs?: number;
  watchSeconds?: number;
}

async function readWorkload(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<Workload | undefined> {
  try {
    return slimWorkload(ref.workload.kind, await client.get(workloadPath(client.system, ref), {}, signal));
  } catch (error) {
    if (error instanceof ExternalError && error.code === "notFound") return undefined;
    throw error;
  }
}

/** The target as an order of its own strategy meets it: where a Service selects a colour, that colour's workload. */
async function liveRef(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<KubernetesTargetRef> {
  if (ref.service === undefined) return ref;
  const { workload } = await readLive(client, ref, signal);
  return workload ? { ...ref, workload: { kind: ref.workload.kind, name: workload.metadata.name } } : ref;
}

async function observe(
  client: KubernetesClient,
  now: () => Date,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<TargetObservation> {
  const at = now().toISOString();
  if (ref.canary !== undefined) return observeOwned(client, at, ref, signal);
  if (ref.service === undefined)
    return observeWorkload(client, ref, at, await readWorkload(client, ref, signal), signal);
  const choice = await readLive(client, ref, signal);
  return withColour(await observeWorkload(client, ref, at, choice.workload, signal), choice);
}

/** What takes the traffic where a Canary owns the Deployment: its primary, or itself where there is none yet. */
async function observeOwned(
  client: KubernetesClient,
  at: string,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<TargetObservation> {
  const primary = { ...ref, workload: { kind: ref.workload.kind, name: primaryName(ref.workload.name) } };
  const [owned, live] = await Promise.all([readWorkload(client, ref, signal), readWorkload(client, primary, signal)]);
  return withOwner(await observeWorkload(client, ref, at, live ?? owned, signal), owned);
}

async function observeWorkload(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  at: string,
  workload: Workload | undefined,
  signal?: AbortSignal,
): Promise<TargetObservation> {
  if (!workload) return summarize(ref, { at, workload, replicaSets: [], pods: [] });
  const options = { labelSelector: selectorQuery(workload.selector), signal };
  const [pods, replicaSets] = await Promise.all([
    listAll(client, listPath(client.system, "pods", ref.namespace), slimPod, options),
    workload.kind !== "statefulSet"
      ? listAll(client, listPath(client.system, "replicasets", ref.namespace), slimReplicaSet, options)
      : { items: [] },
  ]);
  return summarize(ref, { at, workload, replicaSets: replicaSets.items, pods: pods.items });
}

async function apply(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  change: TargetChange,
  plan: TargetPlan,
  signal?: AbortSignal,
): Promise<AppliedChange> {
  const { system } = client;
  checkChange(system, ref, change);
  const refuse = (code: "notFound" | "conflict", message: string, retryable: boolean) =>
    new ExternalError({ system, code, message: `${workloadName(ref)}: ${message}`, retryable });
  if (!plan.exists || plan.fence === undefined) throw refuse("notFound", "does not exist", false);
  // The fence makes this check hold at the moment of the write: the generation was read at that resourceVersion.
  if (change.generation < plan.currentGeneration)
    throw refuse(
      "conflict",
      `generation ${change.generation} is behind ${plan.currentGeneration}, which it carries`,
      false,
    );
  if (plan.alreadyApplied) {
    const workload = await readWorkload(client, ref, signal);
    if (!workload) throw refuse("notFound", "does not exist", false);
    if (!planChange(system, ref, workload, change).alreadyApplied)
      throw refuse("conflict", "was changed since the plan was made", true);
    const { generation, resourceVersion } = workload.metadata;
    return { targetGeneration: generation, resourceVersion, written: false };
  }
  const answer =
    ref.workload.kind === "rollout"
      ? await patchRollout(client, ref, change, plan.fence, signal)
      : await client.patch(workloadPath(system, ref), buildPatch(ref, change, plan.fence), signal);
  const { generation, resourceVersion } = slimWorkload(ref.workload.kind, answer).metadata;
  if (generation === 0 || resourceVersion === "")
    throw badResponse(system, `PATCH ${workloadName(ref)}: the answer is not the workload`);
  return { targetGeneration: generation, resourceVersion, written: true };
}

/** The image of a Rollout, as it stood when the plan was made; `conflict` where it moved since. */
async function patchRollout(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  change: TargetChange,
  fence: string,
  signal?: AbortSignal,
): Promise<unknown> {
  const workload = await readWorkload(client, ref, signal);
  if (workload?.metadata.resourceVersion !== fence) {
    const message = `${workloadName(ref)}: was changed since the plan was made`;
    throw new ExternalError({ system: client.system, code: "conflict", message, retryable: true });
  }
  return client.patchJson(workloadPath(client.system, ref), buildRolloutPatch(ref, change, workload), signal);
}

/**
 * Deployments, StatefulSets and Rollouts of one cluster as places to deploy to. It needs no right but those of deploy/rbac.yaml,
 * and every write carries the resourceVersion that it was decided on.
 */
export function createKubernetesTarget(options: KubernetesTargetOptions): DeployTarget {
  const client = createClient(options);
  const now = options.now ?? (() => new Date());
  const pacing: Pacing = {
    random: options.random ?? Math.random,
    now,
    pollMs: options.pollMs ?? 15_000,
    watchSeconds: options.watchSeconds ?? 40,
  };
  return {
    async plan(ref, change, signal) {
      const live = await liveRef(client, ref, signal);
      return planChange(client.system, live, await readWorkload(client, live, signal), change);
    },
    apply: async (ref, change, plan, signal) => apply(client, await liveRef(client, ref, signal), change, plan, signal),
    // Going back is the same order with the earlier digest: the cluster knows no other undo by digest.
    revert: async (ref, change, plan, signal) =>
      apply(client, await liveRef(client, ref, signal), change, plan, signal),
    observe: (ref, signal) => observe(client, now, ref, signal),
    blueGreen: createBlueGreenTarget({ client, observe: (ref, signal) => observe(client, now, ref, signal) }),
    jobs: createKubernetesJobs(client),
    trace: (ref, digest, limits, signal) => traceTarget(client, ref, digest, limits, signal),
    canary: createCanaryTarget({ client, now, observe: (ref, signal) => observe(client, now, ref, signal) }),
    delegated: createDelegatedTarget({ client, now }),
    watch: (refs, on, signal) => watchTargets(refs, { client, pacing, on, signal }),
    async check(signal) {
      // Discovery is for those who signed in (system:discovery); /version would answer anybody.
      const answer = await client.get("/apis/apps/v1", {}, signal);
      const kind = typeof answer === "object" && answer !== null && "kind" in answer ? answer.kind : undefined;
      if (kind !== "APIResourceList")
        throw badResponse(client.system, "GET /apis/apps/v1: this is not a Kubernetes API");
    },
  };
}
