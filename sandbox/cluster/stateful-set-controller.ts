import type { ObjectStore } from "./object-store";
import { type Pod, resources, type StatefulSet } from "./objects";
import { byOwner, createPod, endPod, isReady, isTerminating, templateHash } from "./pods";

const revisionLabel = "controller-revision-hash";

/**
 * Numbered pods, created upwards and updated downwards, one at a time. As on a real cluster, OrderedReady waits for a
 * broken pod even when a corrected template has come: someone must delete that pod. Partitions are not supported.
 */
export class StatefulSetController {
  private seen = -1;

  constructor(private readonly store: ObjectStore) {}

  /** Does nothing while nothing has been written: it waits for no clock. */
  tick(): void {
    if (this.store.revision === this.seen) return;
    this.seen = this.store.revision;
    const pods = byOwner(this.store.list<Pod>(resources.pods));
    for (const set of this.store.list<StatefulSet>(resources.statefulsets)) {
      const owned = (pods.get(set.metadata.uid) ?? []).sort((a, b) => ordinal(a) - ordinal(b));
      const wanted = `${set.metadata.name}-${templateHash(set.spec.template)}`;
      this.step(set, owned, wanted);
      this.report(set, owned, wanted);
    }
  }

  private step(set: StatefulSet, pods: Pod[], wanted: string): void {
    const ordered = set.spec.podManagementPolicy === "OrderedReady";
    for (let index = 0; index < set.spec.replicas; index++) {
      const pod = pods.find((one) => ordinal(one) === index);
      if (pod === undefined) this.createNumbered(set, index, wanted);
      if (ordered && (pod === undefined || isTerminating(pod) || !isReady(pod))) return;
    }
    const leaving = pods.filter((pod) => !isTerminating(pod) && ordinal(pod) >= set.spec.replicas).at(-1);
    if (leaving !== undefined) endPod(this.store, leaving);
    if (leaving !== undefined || set.spec.updateStrategy.type === "OnDelete") return;
    for (const pod of [...pods].reverse()) {
      if (isTerminating(pod)) return;
      const outdated = pod.metadata.labels?.[revisionLabel] !== wanted;
      if (outdated) endPod(this.store, pod);
      if (outdated || !isReady(pod)) return;
    }
  }

  private createNumbered(set: StatefulSet, index: number, wanted: string): void {
    const name = `${set.metadata.name}-${index}`;
    const labels = { [revisionLabel]: wanted, "statefulset.kubernetes.io/pod-name": name };
    createPod(this.store, set, set.spec.template, labels, name);
  }

  private report(set: StatefulSet, pods: Pod[], wanted: string): void {
    this.store.modify<StatefulSet>(resources.statefulsets, set, ({ status: before }) => {
      const standing = pods.filter((pod) => !isTerminating(pod));
      const of = (revision: string) =>
        standing.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision).length;
      const ready = standing.filter(isReady).length;
      const done = of(wanted) === set.spec.replicas && ready === set.spec.replicas && pods.length === set.spec.replicas;
      const current = done ? wanted : (before.currentRevision ?? wanted);
      const status = {
        observedGeneration: set.metadata.generation,
        replicas: pods.length,
        readyReplicas: ready,
        currentReplicas: of(current),
        updatedReplicas: of(wanted),
        currentRevision: current,
        updateRevision: wanted,
        collisionCount: 0,
      };
      return { status };
    });
  }
}

function ordinal(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf("-") + 1));
}
