import type { ObjectStore } from "./object-store";
import { type Condition, type Deployment, type Pod, type ReplicaSet, resources, sameJson, timestamp } from "./objects";
import { byOwner, createPod, endPod, isReady, isTerminating, ownedBy, templateHash } from "./pods";
import { recordEvent } from "./record-event";

const revisionKey = "deployment.kubernetes.io/revision";
const component = "deployment-controller";

/** Brings Deployments and their ReplicaSets from what is declared to pods, step by step as the kubelet reports. */
export class DeploymentController {
  /** The last progress of a rollout that is not complete, on the sandbox's clock. */
  private readonly progress = new Map<string, number>();
  private seen = -1;

  constructor(
    private readonly store: ObjectStore,
    private readonly now: () => number,
  ) {}

  /** Does nothing while nothing has been written and no deadline runs. */
  tick(): void {
    if (this.store.revision === this.seen && this.progress.size === 0) return;
    this.seen = this.store.revision;
    const deployments = this.store.list<Deployment>(resources.deployments);
    const alive = new Set(deployments.map(({ metadata }) => metadata.uid));
    for (const uid of this.progress.keys()) if (!alive.has(uid)) this.progress.delete(uid);
    const sets = byOwner(this.store.list<ReplicaSet>(resources.replicasets));
    const pods = byOwner(this.store.list<Pod>(resources.pods));
    for (const deployment of deployments) {
      this.sync(deployment, sets.get(deployment.metadata.uid) ?? [], pods);
    }
    for (const set of this.store.list<ReplicaSet>(resources.replicasets))
      this.fill(set, pods.get(set.metadata.uid) ?? []);
  }

  private sync(deployment: Deployment, sets: ReplicaSet[], pods: Map<string, Pod[]>): void {
    const hash = templateHash(deployment.spec.template);
    const found = sets.find((set) => set.metadata.labels?.["pod-template-hash"] === hash);
    const fresh = this.withLatestRevision(deployment, found ?? this.createSet(deployment, hash), sets);
    const old = sets.filter((set) => set.metadata.uid !== fresh.metadata.uid);
    if (deployment.spec.paused !== true) {
      if (deployment.spec.strategy.type === "Recreate") this.recreate(deployment, fresh, old, pods);
      else this.roll(deployment, fresh, old);
    }
    this.forget(deployment, old);
    this.report(deployment, fresh, [...old, fresh], found === undefined);
  }

  private createSet(deployment: Deployment, hash: string): ReplicaSet {
    const { name, namespace, uid } = deployment.metadata;
    const { template, selector } = deployment.spec;
    const labels = { ...template.metadata.labels, "pod-template-hash": hash };
    this.progress.set(uid, this.now());
    return this.store.create<ReplicaSet>(resources.replicasets, {
      kind: "ReplicaSet",
      apiVersion: "apps/v1",
      metadata: { name: `${name}-${hash}`, namespace, labels, ownerReferences: ownedBy(deployment) },
      spec: {
        replicas: 0,
        selector: { matchLabels: { ...selector.matchLabels, "pod-template-hash": hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
      status: { replicas: 0 },
    });
  }

  /** The set that is wanted now carries the highest revision, also when a rollback brought an old one back. */
  private withLatestRevision(deployment: Deployment, fresh: ReplicaSet, sets: ReplicaSet[]): ReplicaSet {
    const others = sets.filter((set) => set.metadata.uid !== fresh.metadata.uid);
    const newest = Math.max(0, ...others.map(revisionOf));
    const revision = revisionOf(fresh) > newest ? revisionOf(fresh) : newest + 1;
    const annotate = <T extends Deployment | ReplicaSet>({ metadata }: T) => ({
      metadata: { ...metadata, annotations: { ...metadata.annotations, [revisionKey]: String(revision) } },
    });
    if (revision !== revisionOf(fresh) && others.length > 0) this.progress.set(deployment.metadata.uid, this.now());
    this.store.modify<Deployment>(
      resources.deployments,
      deployment,
      (current) => annotate(current) as Partial<Deployment>,
    );
    const changed = this.store.modify<ReplicaSet>(
      resources.replicasets,
      fresh,
      (current) => annotate(current) as Partial<ReplicaSet>,
    );
    return changed ?? fresh;
  }

  private recreate(deployment: Deployment, fresh: ReplicaSet, old: ReplicaSet[], pods: Map<string, Pod[]>): void {
    for (const set of old) this.scale(deployment, set, 0);
    const running = old.some((set) => (pods.get(set.metadata.uid) ?? []).length > 0);
    if (!running) this.scale(deployment, fresh, deployment.spec.replicas);
  }

  /** Never more pods than replicas + maxSurge, never fewer available ones than replicas − maxUnavailable. */
  private roll(deployment: Deployment, fresh: ReplicaSet, old: ReplicaSet[]): void {
    const { replicas } = deployment.spec;
    const { surge, unavailable } = limits(deployment);
    const total = [...old, fresh].reduce((sum, set) => sum + set.spec.replicas, 0);
    const wanted = Math.min(replicas, fresh.spec.replicas + Math.max(0, replicas + surge - total));
    if (wanted !== fresh.spec.replicas) {
      this.scale(deployment, fresh, wanted);
      return;
    }
    const freshMissing = fresh.spec.replicas - (fresh.status.availableReplicas ?? 0);
    let spare = total - (replicas - unavailable) - freshMissing;
    for (const set of old) {
      const broken = Math.min(spare, set.spec.replicas - (set.status.availableReplicas ?? 0));
      if (broken <= 0) continue;
      this.scale(deployment, set, set.spec.replicas - broken);
      spare -= broken;
    }
    const available = [...old, fresh].reduce((sum, set) => sum + (set.status.availableReplicas ?? 0), 0);
    let removable = Math.min(spare, available - (replicas - unavailable));
    for (const set of old) {
      const standing = this.store.get<ReplicaSet>(resources.replicasets, set.metadata.namespace, set.metadata.name);
      const count = Math.min(removable, standing?.spec.replicas ?? 0);
      if (standing === undefined || count <= 0) continue;
      this.scale(deployment, standing, standing.spec.replicas - count);
      removable -= count;
    }
  }

  private scale(deployment: Deployment, set: ReplicaSet, replicas: number): void {
    if (set.spec.replicas === replicas) return;
    const direction = replicas > set.spec.replicas ? "up" : "down";
    this.store.modify<ReplicaSet>(resources.replicasets, set, ({ spec }) => ({ spec: { ...spec, replicas } }));
    const message = `Scaled ${direction} replica set ${set.metadata.name} to ${replicas}`;
    recordEvent(this.store, deployment, component, "Normal", "ScalingReplicaSet", message);
  }

  /** Makes as many pods as the set wants; takes away those first that are not ready, then the youngest. */
  private fill(set: ReplicaSet, all: Pod[]): void {
    const pods = all.filter((pod) => !isTerminating(pod));
    const label = set.metadata.labels?.["pod-template-hash"];
    for (let missing = set.spec.replicas - pods.length; missing > 0; missing--) {
      createPod(this.store, set, set.spec.template, label === undefined ? {} : { "pod-template-hash": label });
    }
    const age = (pod: Pod) => Number(pod.metadata.resourceVersion);
    const sorted = [...pods].sort((a, b) => Number(isReady(a)) - Number(isReady(b)) || age(b) - age(a));
    const surplus = Math.max(0, pods.length - set.spec.replicas);
    for (const pod of sorted.slice(0, surplus)) endPod(this.store, pod);
    const staying = sorted.slice(surplus);
    const ready = staying.filter(isReady).length;
    const counts = ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {};
    this.store.modify<ReplicaSet>(resources.replicasets, set, ({ metadata }) => ({
      status: { replicas: staying.length, ...counts, observedGeneration: metadata.generation },
    }));
  }

  private forget(deployment: Deployment, old: ReplicaSet[]): void {
    const idle = old.filter((set) => set.spec.replicas === 0 && set.status.replicas === 0);
    const sorted = idle.sort((a, b) => revisionOf(a) - revisionOf(b));
    const surplus = Math.max(0, sorted.length - deployment.spec.revisionHistoryLimit);
    for (const set of sorted.slice(0, surplus)) this.store.remove(resources.replicasets, set);
  }

  private report(deployment: Deployment, fresh: ReplicaSet, sets: ReplicaSet[], created: boolean): void {
    this.store.modify<Deployment>(resources.deployments, deployment, (current) => {
      const sum = (read: (set: ReplicaSet) => number | undefined) =>
        sets.reduce((total, set) => total + (read(set) ?? 0), 0);
      const available = sum((set) => set.status.availableReplicas);
      const missing = Math.max(0, sum((set) => set.spec.replicas) - available);
      const counted = {
        replicas: sum((set) => set.status.replicas),
        updatedReplicas: fresh.status.replicas,
        readyReplicas: sum((set) => set.status.readyReplicas),
        availableReplicas: available,
        unavailableReplicas: missing,
      };
      const status: Deployment["status"] = {
        observedGeneration: deployment.metadata.generation,
        ...Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0)),
      };
      status.conditions = this.conditions(current, status, fresh, created);
      return { status };
    });
  }

  private conditions(
    deployment: Deployment,
    next: Deployment["status"],
    fresh: ReplicaSet,
    created: boolean,
  ): Condition[] {
    const { replicas, progressDeadlineSeconds } = deployment.spec;
    const { uid } = deployment.metadata;
    const before = deployment.status;
    const old = (type: string) => before.conditions?.find((condition) => condition.type === type);
    const enough = (next.availableReplicas ?? 0) >= replicas - limits(deployment).unavailable;
    const available = enough
      ? condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
      : condition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
    const counts = [next.updatedReplicas, next.availableReplicas, next.replicas];
    const complete = counts.every((count) => (count ?? 0) === replicas) && fresh.spec.replicas === replicas;
    const outdated = (status: Deployment["status"]) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
    const grown = (["updatedReplicas", "readyReplicas", "availableReplicas"] as const).some(
      (key) => (next[key] ?? 0) > (before[key] ?? 0),
    );
    const advanced = grown || outdated(next) < outdated(before);
    const name = `ReplicaSet "${fresh.metadata.name}"`;
    const was = old("Progressing");
    let progressing =
      was ??
      condition("Progressing", "True", "NewReplicaSetCreated", `Created new replica set "${fresh.metadata.name}"`);
    if (complete) {
      progressing = condition("Progressing", "True", "NewReplicaSetAvailable", `${name} has successfully progressed.`);
      this.progress.delete(uid);
    } else if (created || advanced || (was?.reason === "NewReplicaSetAvailable" && this.progress.has(uid))) {
      progressing = condition("Progressing", "True", "ReplicaSetUpdated", `${name} is progressing.`);
      this.progress.set(uid, this.now());
    } else if (was?.reason !== "NewReplicaSetAvailable") {
      const since = this.progress.get(uid) ?? this.now();
      this.progress.set(uid, since);
      if (this.now() - since >= progressDeadlineSeconds * 1000) {
        progressing = condition(
          "Progressing",
          "False",
          "ProgressDeadlineExceeded",
          `${name} has timed out progressing.`,
        );
      }
    }
    return [settled(old("Available"), available), settled(was, progressing)];
  }
}

function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionKey] ?? 0);
}

function limits(deployment: Deployment): { surge: number; unavailable: number } {
  const { replicas, strategy } = deployment.spec;
  if (strategy.type === "Recreate") return { surge: 0, unavailable: 0 };
  const count = (value: number | string | undefined, round: (share: number) => number) =>
    typeof value === "string" && value.endsWith("%")
      ? round((Number.parseFloat(value) / 100) * replicas)
      : Number(value ?? 0);
  const surge = count(strategy.rollingUpdate?.maxSurge, Math.ceil);
  const unavailable = count(strategy.rollingUpdate?.maxUnavailable, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function condition(type: string, status: "True" | "False", reason: string, message: string): Condition {
  const now = timestamp();
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** Keeps the old condition's times where it says the same, so that nothing is written for nothing. */
function settled(before: Condition | undefined, next: Condition): Condition {
  if (before === undefined) return next;
  const { lastUpdateTime: _u, lastTransitionTime: _t, ...words } = next;
  const { lastUpdateTime: _bu, lastTransitionTime: _bt, ...oldWords } = before;
  if (sameJson(words, oldWords)) return before;
  return before.status === next.status ? { ...next, lastTransitionTime: before.lastTransitionTime } : next;
}
