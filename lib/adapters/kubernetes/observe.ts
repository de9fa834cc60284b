import { clusterWords } from "@/lib/adapters/kubernetes/errors";
import { digestOfImage, digestOfImageId } from "@/lib/adapters/kubernetes/image-reference";
import type { Condition, Pod, ReplicaSet, Workload } from "@/lib/adapters/kubernetes/objects";
import { promotionAnnotation, shownGeneration } from "@/lib/adapters/kubernetes/plan";
import { configOf } from "@/lib/adapters/kubernetes/pod-config";
import { endsRollout, type Trouble, troubleOfPod } from "@/lib/adapters/kubernetes/pod-trouble";
import type { KubernetesTargetRef, ObservedPod, TargetObservation } from "@/lib/ports/deploy-target";

/** Everything that was read of one workload; the lists may hold objects of others. */
export interface Seen {
  at: string;
  workload: Workload | undefined;
  replicaSets: Iterable<ReplicaSet>;
  pods: Iterable<Pod>;
}

const revisionAnnotations = ["deployment.kubernetes.io/revision", "rollout.argoproj.io/revision"];
const revisionLabel = "controller-revision-hash";

function ownedBy(object: { metadata: { owners: { uid?: string; controller?: boolean }[] } }, uid: string): boolean {
  return object.metadata.owners.some((owner) => owner.controller === true && owner.uid === uid);
}

function revisionOf(set: ReplicaSet): number {
  const written = revisionAnnotations.map((name) => set.metadata.annotations[name]).find((one) => one !== undefined);
  const revision = Number(written);
  return Number.isSafeInteger(revision) ? revision : 0;
}

function imageOf(owner: { containers: { name: string; image: string }[] }, container: string): string | undefined {
  return owner.containers.find(({ name }) => name === container)?.image;
}

/**
 * The replica set of the newest revision, where it already carries the image that the deployment asks for: right
 * after an order the newest one may still be that of the order before.
 */
function currentSet(workload: Workload, sets: ReplicaSet[], container: string): ReplicaSet | undefined {
  const newest = sets.reduce<ReplicaSet | undefined>(
    (best, set) => (best === undefined || revisionOf(set) > revisionOf(best) ? set : best),
    undefined,
  );
  return newest && imageOf(newest, container) === imageOf(workload, container) ? newest : undefined;
}

function observedPod(pod: Pod, container: string, current: boolean): ObservedPod {
  const status = pod.containers.find(({ name }) => name === container);
  const ready = pod.conditions.some(({ type, status: state }) => type === "Ready" && state === "True");
  return {
    name: pod.metadata.name,
    digest: digestOfImageId(status?.imageID),
    ready: ready && status?.ready === true && !pod.metadata.deleting,
    restarts: status?.restartCount ?? 0,
    phase: pod.metadata.deleting ? "Terminating" : pod.phase,
    node: pod.node,
    startedAt: status?.state?.running?.startedAt ?? pod.startTime,
    current,
    trouble: troubleOfPod(pod),
  };
}

function wordsOf(condition: Condition, reason: string): Trouble {
  return { reason: condition.reason ?? reason, message: clusterWords(condition.message ?? "") };
}

/** What the deployment or its newest replica set itself says went wrong. */
function conditionFailure(workload: Workload, set: ReplicaSet | undefined): Trouble | undefined {
  const { phase } = workload.status;
  // Its conditions tell of every abort and pause; this one word says whether it is in trouble.
  if (phase)
    return phase.word === "Degraded" ? { reason: "Degraded", message: clusterWords(phase.message) } : undefined;
  const conditions = workload.status.conditions;
  // A deployment repeats the trouble of its old replica sets too: the newest one's own word counts where there is one.
  const replicaFailure = (set?.conditions ?? conditions).find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  if (replicaFailure) return wordsOf(replicaFailure, "FailedCreate");
  const progressing = conditions.find(({ type }) => type === "Progressing");
  if (progressing?.status === "False") return wordsOf(progressing, "ProgressDeadlineExceeded");
  if (workload.paused && !set)
    return {
      reason: "DeploymentPaused",
      message: `deployment ${workload.metadata.name} is paused: it rolls nothing out`,
    };
  return undefined;
}

/** Pods of the workload with those of its newest revision marked, none while the status is not of this order. */
function podsOf(ref: KubernetesTargetRef, workload: Workload, seen: Seen) {
  const caughtUp = workload.status.observedGeneration >= workload.metadata.generation;
  if (workload.kind === "statefulSet") {
    const revision = workload.status.updateRevision;
    const pods = [...seen.pods].filter((pod) => ownedBy(pod, workload.metadata.uid));
    const current = (pod: Pod) => caughtUp && revision !== undefined && pod.metadata.labels[revisionLabel] === revision;
    return { caughtUp, set: undefined, pods: pods.map((pod) => ({ pod, current: current(pod) })) };
  }
  const sets = [...seen.replicaSets].filter((set) => ownedBy(set, workload.metadata.uid));
  const uids = new Set(sets.map(({ metadata }) => metadata.uid));
  const set = caughtUp ? currentSet(workload, sets, ref.container) : undefined;
  const pods = [...seen.pods].filter((pod) =>
    pod.metadata.owners.some(({ uid, controller }) => controller && uid && uids.has(uid)),
  );
  return {
    caughtUp,
    set,
    pods: pods.map((pod) => ({ pod, current: set !== undefined && ownedBy(pod, set.metadata.uid) })),
  };
}

function missing(at: string): TargetObservation {
  return {
    at,
    exists: false,
    specImage: undefined,
    specDigest: undefined,
    promotion: undefined,
    generation: 0,
    targetGeneration: 0,
    observedGeneration: 0,
    resourceVersion: undefined,
    desired: 0,
    updated: 0,
    ready: 0,
    available: 0,
    pods: [],
    failure: undefined,
  };
}

/** Before Kubernetes 1.22 a StatefulSet says nothing of availability: without minReadySeconds ready means available. */
function availableOf({ status, minReadySeconds }: Workload): number {
  return status.availableReplicas ?? (minReadySeconds === 0 ? status.readyReplicas : 0);
}

/** Whose order it is stands on the workload that is ordered, where another one takes the traffic. */
export function withOwner(seen: TargetObservation, owned: Workload | undefined): TargetObservation {
  if (!owned) return seen;
  const { metadata } = owned;
  return { ...seen, promotion: metadata.annotations[promotionAnnotation], generation: shownGeneration(metadata) };
}

/**
 * One workload's observation from the objects read. Failures are those of the newest revision only, and only once the
 * cluster's status is about the present order (observedGeneration has reached generation).
 */
export function summarize(ref: KubernetesTargetRef, seen: Seen): TargetObservation {
  const { workload } = seen;
  if (!workload) return missing(seen.at);
  const { metadata, status } = workload;
  const specImage = imageOf(workload, ref.container);
  const { caughtUp, set, pods } = podsOf(ref, workload, seen);
  const podFailure = pods
    .filter(({ current }) => current)
    .map(({ pod }) => ({ pod, trouble: troubleOfPod(pod) }))
    .find(({ pod, trouble }) => trouble && endsRollout(trouble, pod))?.trouble;
  return {
    at: seen.at,
    exists: true,
    specImage,
    specDigest: digestOfImage(specImage),
    promotion: metadata.annotations[promotionAnnotation],
    generation: shownGeneration(metadata),
    targetGeneration: metadata.generation,
    observedGeneration: status.observedGeneration,
    resourceVersion: metadata.resourceVersion,
    uid: metadata.uid,
    desired: workload.replicas,
    updated: status.updatedReplicas,
    ready: status.readyReplicas,
    available: availableOf(workload),
    pods: pods
      .map(({ pod, current }) => observedPod(pod, ref.container, current))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    failure: caughtUp ? (podFailure ?? conditionFailure(workload, set)) : undefined,
    config: configOf(workload, ref.container, ref.colourLabel ?? "version"),
  };
}
