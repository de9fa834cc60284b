import type { ImagePuller } from "../image-puller";
import type { ObjectStore } from "../object-store";
import { type KubeObject, type Pod, type PodTemplate, type ReplicaSet, resources } from "../objects";
import { byOwner, isReady, isTerminating, ownedBy, templateHash } from "../pods";
import { type AnalysisMetric, type AnalysisStatus, advanceRun, metricOf } from "./analysis-machine";
import { advanceRollout, type RolloutSpec, type RolloutStatus } from "./rollout-machine";

export const hashLabel = "rollouts-pod-template-hash";
export const revisionAnnotation = "rollout.argoproj.io/revision";

export interface Rollout extends KubeObject {
  spec: RolloutSpec & { template: PodTemplate };
  status?: RolloutStatus;
}

interface AnalysisRun extends KubeObject {
  spec: { metrics: AnalysisMetric[] };
  status?: AnalysisStatus;
}

/** What share of its requests a pod answers, by what is wrong with its image. */
export function answered(fault: string | undefined): number {
  if (fault === "errors") return 0.65;
  return fault === "slow" ? 0.9 : 0.998;
}

/** Plays the controller of Argo Rollouts over the sandbox's objects; pods are made by whoever fills ReplicaSets. */
export class RolloutController {
  constructor(
    private readonly store: ObjectStore,
    private readonly images: Pick<ImagePuller, "peek">,
    private readonly speed: number,
  ) {}

  tick(): void {
    // One that takes its template from elsewhere (workloadRef) is not played.
    const rollouts = this.store.list<Rollout>(resources.rollouts).filter(({ spec }) => spec.template !== undefined);
    if (rollouts.length === 0) return;
    const sets = byOwner(this.store.list<ReplicaSet>(resources.replicasets));
    const pods = byOwner(this.store.list<Pod>(resources.pods));
    const runs = byOwner(this.store.list<AnalysisRun>(resources.analysisruns));
    for (const rollout of rollouts) {
      const { uid } = rollout.metadata;
      const mine = sets.get(uid) ?? [];
      const hash = templateHash(rollout.spec.template);
      const fresh = mine.find((set) => hashOf(set) === hash);
      this.measure(runs.get(uid) ?? [], (fresh && pods.get(fresh.metadata.uid)) ?? []);
      this.sync(rollout, hash, mine, runs.get(uid) ?? []);
    }
  }

  private sync(rollout: Rollout, hash: string, sets: ReplicaSet[], runs: AnalysisRun[]): void {
    const { name, generation = 1 } = rollout.metadata;
    const advance = advanceRollout({
      ...{ name, generation, hash, spec: rollout.spec, status: rollout.status ?? {} },
      sets: sets.map((set) => ({
        hash: hashOf(set),
        revision: revisionOf(set),
        replicas: set.spec.replicas,
        current: set.status.replicas,
        available: set.status.availableReplicas ?? 0,
      })),
      runs: runs.map((run) => ({
        name: run.metadata.name,
        phase: run.status?.phase ?? "Pending",
        message: run.status?.message,
      })),
      now: Date.now(),
      speed: this.speed,
    });
    for (const [wanted, replicas] of Object.entries(advance.replicas)) {
      const set = sets.find((one) => hashOf(one) === wanted);
      if (set) this.scale(set, replicas, wanted === hash ? advance.revision : revisionOf(set));
      else this.create(rollout, wanted, replicas, advance.revision);
    }
    const { run } = advance;
    if (run && !runs.some((one) => one.metadata.name === run.name)) this.begin(rollout, run);
    this.store.modify<Rollout>(resources.rollouts, rollout, () => ({ status: advance.status }));
  }

  private scale(set: ReplicaSet, replicas: number, revision: number): void {
    this.store.modify<ReplicaSet>(resources.replicasets, set, ({ spec, metadata }) => ({
      metadata: { ...metadata, annotations: { ...metadata.annotations, [revisionAnnotation]: String(revision) } },
      spec: { ...spec, replicas },
    }));
  }

  private create(rollout: Rollout, hash: string, replicas: number, revision: number): void {
    const { name, namespace } = rollout.metadata;
    const { template, selector } = rollout.spec;
    const labels = { ...template.metadata.labels, [hashLabel]: hash };
    this.store.create<ReplicaSet>(resources.replicasets, {
      kind: "ReplicaSet",
      apiVersion: "apps/v1",
      metadata: {
        ...{ name: `${name}-${hash}`, namespace, labels, ownerReferences: ownedBy(rollout) },
        annotations: { [revisionAnnotation]: String(revision) },
      },
      spec: {
        replicas,
        selector: { matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
      status: { replicas: 0 },
    });
  }

  private begin(rollout: Rollout, { name, templates }: { name: string; templates: string[] }): void {
    const { namespace } = rollout.metadata;
    this.store.create<AnalysisRun>(resources.analysisruns, {
      kind: "AnalysisRun",
      apiVersion: "argoproj.io/v1alpha1",
      metadata: { name, namespace, ownerReferences: ownedBy(rollout) },
      spec: { metrics: templates.map(metricOf) },
    });
  }

  /** The new pods' answers, on the average of those that are ready. */
  private measure(runs: AnalysisRun[], pods: Pod[]): void {
    const ready = pods.filter((pod) => isReady(pod) && !isTerminating(pod));
    const shares = ready.flatMap((pod) => {
      const image = this.images.peek(pod.spec.containers[0]?.image ?? "");
      return image === undefined ? [] : [answered(image.labels["sandbox.fault"])];
    });
    const measured = shares.length === 0 ? undefined : shares.reduce((sum, one) => sum + one, 0) / shares.length;
    for (const run of runs) {
      const status = advanceRun(run.spec.metrics, run.status ?? {}, measured, { now: Date.now(), speed: this.speed });
      if (status !== run.status) this.store.modify<AnalysisRun>(resources.analysisruns, run, () => ({ status }));
    }
  }
}

const hashOf = (set: ReplicaSet) => set.metadata.labels?.[hashLabel] ?? "";
const revisionOf = (set: ReplicaSet) => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0);
