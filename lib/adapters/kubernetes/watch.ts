import { chooseLive, slimService, withColour } from "@/lib/adapters/kubernetes/blue-green/live-colour";
import type { KubernetesClient } from "@/lib/adapters/kubernetes/client";
import { primaryName } from "@/lib/adapters/kubernetes/delegated/flagger-canary";
import { errorOfNetwork } from "@/lib/adapters/kubernetes/errors";
import { Feed, type Pacing } from "@/lib/adapters/kubernetes/feed";
import { type Metadata, slimPod, slimReplicaSet, slimWorkload, type Workload } from "@/lib/adapters/kubernetes/objects";
import { summarize, withOwner } from "@/lib/adapters/kubernetes/observe";
import { listPath, type ResourceKind, workloadPath } from "@/lib/adapters/kubernetes/paths";
import type { KubernetesTargetRef, TargetObservation } from "@/lib/ports/deploy-target";

/** Changes within this long are told as one: a rollout writes many objects at once. */
const coalesceMs = 100;

export interface WatchEvents {
  observation(ref: KubernetesTargetRef, observation: TargetObservation): void;
  current?(refs: KubernetesTargetRef[], at: string): void;
  trouble(error: Error): void;
}

interface Watching {
  client: KubernetesClient;
  pacing: Pacing;
  on: WatchEvents;
  signal: AbortSignal;
}

/** Watches the refs of one namespace with one feed a kind, shared by all of them. */
async function watchNamespace(namespace: string, refs: KubernetesTargetRef[], watching: Watching): Promise<void> {
  const { client, pacing, on, signal } = watching;
  const told = new Map<KubernetesTargetRef, string>();
  let timer: NodeJS.Timeout | undefined;

  const changed = (afterTrouble: boolean) => {
    if (afterTrouble) told.clear();
    timer ??= setTimeout(tell, coalesceMs);
  };
  const feed = <T extends { metadata: Metadata }>(kind: ResourceKind, slim: (object: unknown) => T): Feed<T> =>
    new Feed({
      client,
      path: listPath(client.system, kind, namespace),
      slim,
      pacing,
      on: { changed, trouble: on.trouble },
    });

  const wants = (kind: Workload["kind"]) => refs.some((ref) => ref.workload.kind === kind);
  const pods = feed("pods", slimPod);
  const deployments = wants("deployment")
    ? feed("deployments", (object) => slimWorkload("deployment", object))
    : undefined;
  const rollouts = wants("rollout") ? feed("rollouts", (object) => slimWorkload("rollout", object)) : undefined;
  const replicaSets = (deployments ?? rollouts) && feed("replicasets", slimReplicaSet);
  const statefulSets = wants("statefulSet")
    ? feed("statefulsets", (object) => slimWorkload("statefulSet", object))
    : undefined;
  const services = refs.some((ref) => ref.service !== undefined) ? feed("services", slimService) : undefined;
  const feeds = [pods, deployments, rollouts, replicaSets, statefulSets, services].filter((one) => one !== undefined);

  /** An observation is as old as the oldest of what it was made of; where a part is unknown, nothing is said. */
  function asOf(): Date | undefined {
    const moments = feeds.map((one) => one.asOf()?.getTime());
    const oldest = Math.min(...moments.map((moment) => moment ?? Number.NaN));
    return Number.isNaN(oldest) ? undefined : new Date(oldest);
  }

  function tell(): void {
    timer = undefined;
    const at = asOf()?.toISOString();
    if (at === undefined || signal.aborted) return;
    const podsOf = groupByOwner(pods.items.values());
    const setsOf = groupByOwner(replicaSets?.items.values() ?? []);
    for (const ref of refs) {
      const workloads = { deployment: deployments, statefulSet: statefulSets, rollout: rollouts }[ref.workload.kind];
      const service = ref.service === undefined ? undefined : services?.items.get(ref.service);
      const choice = ref.service === undefined ? undefined : chooseLive(ref, service, workloads?.items ?? new Map());
      const named = workloads?.items.get(ref.workload.name);
      const primary = ref.canary === undefined ? undefined : workloads?.items.get(primaryName(ref.workload.name));
      const workload = choice ? choice.workload : (primary ?? named);
      const sets = setsOf.get(workload?.metadata.uid ?? "") ?? [];
      const owners = workload ? [workload, ...sets].map(({ metadata }) => metadata.uid) : [];
      const owned = owners.flatMap((uid) => podsOf.get(uid) ?? []);
      const seen = summarize(ref, { at, workload, replicaSets: sets, pods: owned });
      const observation = choice ? withColour(seen, choice) : primary ? withOwner(seen, named) : seen;
      const content = JSON.stringify({ ...observation, at: "" });
      if (told.get(ref) === content) continue;
      told.set(ref, content);
      handOver(on, ref, observation);
    }
  }

  const pulse = setInterval(() => {
    const at = asOf()?.toISOString();
    if (at !== undefined && !signal.aborted && told.size > 0) on.current?.([...told.keys()], at);
  }, pacing.pollMs);
  try {
    await Promise.all(feeds.map((one) => one.run(signal)));
  } finally {
    clearTimeout(timer);
    clearInterval(pulse);
  }
}

/** What the listener throws is reported, so that one bad observation does not end the watching of all. */
function handOver(on: WatchEvents, ref: KubernetesTargetRef, observation: TargetObservation): void {
  try {
    on.observation(ref, observation);
  } catch (error) {
    on.trouble(error instanceof Error ? error : new Error(String(error)));
  }
}

function groupByOwner<T extends { metadata: Metadata }>(objects: Iterable<T>): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const object of objects)
    for (const { uid, controller } of object.metadata.owners) {
      if (!controller || !uid) continue;
      const group = groups.get(uid);
      if (group) group.push(object);
      else groups.set(uid, [object]);
    }
  return groups;
}

/**
 * Tells each ref's observation once all of its namespace's kinds were listed, and again after every change, until the
 * signal aborts. Trouble is told in words and tried again; a bad name among the refs is trouble too, not an end.
 */
export async function watchTargets(refs: KubernetesTargetRef[], watching: Watching): Promise<void> {
  const sound: KubernetesTargetRef[] = [];
  for (const ref of refs)
    try {
      workloadPath(watching.client.system, ref);
      sound.push(ref);
    } catch (error) {
      watching.on.trouble(errorOfNetwork(watching.client.system, "watch", error));
    }
  const namespaces = new Set(sound.map(({ namespace }) => namespace));
  await Promise.all(
    [...namespaces].map((name) =>
      watchNamespace(
        name,
        sound.filter(({ namespace }) => namespace === name),
        watching,
      ),
    ),
  );
}
