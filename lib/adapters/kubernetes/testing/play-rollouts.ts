import { isDeepStrictEqual } from "node:util";
import type { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";
import { playRounds } from "@/lib/adapters/kubernetes/testing/play-rounds";
import {
  type AnalysisMetric,
  type AnalysisStatus,
  advanceRun,
  metricOf,
} from "@/sandbox/cluster/argo/analysis-machine";
import { hashLabel, revisionAnnotation } from "@/sandbox/cluster/argo/rollout-controller";
import {
  type Advance,
  advanceRollout,
  type RolloutSpec,
  type RolloutStatus,
} from "@/sandbox/cluster/argo/rollout-machine";
import type { Metadata, PodTemplate } from "@/sandbox/cluster/objects";
import { templateHash } from "@/sandbox/cluster/pods";

interface RawRollout {
  metadata: Metadata;
  spec: RolloutSpec & { template: PodTemplate };
  status?: RolloutStatus;
}
interface RawSet {
  metadata: Metadata;
  spec: { replicas?: number };
  status?: { replicas?: number; availableReplicas?: number };
}
interface RawRun {
  metadata: Metadata;
  spec: { metrics: AnalysisMetric[] };
  status?: AnalysisStatus;
}

const merge = "application/merge-patch+json";
const api = "argoproj.io/v1alpha1";

/**
 * Plays the controller of Argo Rollouts in one namespace of a real cluster, as an administrator: the same transitions as in
 * the sandbox, written over the API. The cluster's own controllers make the pods. `answeredBy` tells the share of requests
 * that pods of an image answer.
 */
export function playRollouts(
  admin: BareApi,
  namespace: string,
  speed: number,
  answeredBy: (image: string) => number,
): { stop(): Promise<void> } {
  const player = new RolloutPlayer(admin, namespace, speed, answeredBy);
  return playRounds(() => player.round(), 50);
}

class RolloutPlayer {
  readonly #own: string;
  readonly #sets: string;

  constructor(
    private readonly admin: BareApi,
    private readonly namespace: string,
    private readonly speed: number,
    private readonly answeredBy: (image: string) => number,
  ) {
    this.#own = `/apis/${api}/namespaces/${namespace}`;
    this.#sets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
  }

  async round(): Promise<void> {
    // One that takes its template from elsewhere (workloadRef) is not played.
    const all = await this.#list<RawRollout>(`${this.#own}/rollouts`);
    const rollouts = all.filter(({ spec }) => spec.template !== undefined);
    const sets = await this.#list<RawSet>(this.#sets);
    const runs = await this.#list<RawRun>(`${this.#own}/analysisruns`);
    for (const rollout of rollouts) {
      const { uid } = rollout.metadata;
      const hash = templateHash(rollout.spec.template);
      const mine = ownedBy(sets, uid);
      const isUp = mine.some((set) => hashOf(set) === hash && (set.status?.availableReplicas ?? 0) > 0);
      await this.#measure(rollout, ownedBy(runs, uid), isUp);
      await this.#sync(rollout, hash, mine, ownedBy(runs, uid));
    }
  }

  async #list<T>(path: string): Promise<T[]> {
    return ((await this.admin.must("GET", path)).items ?? []) as T[];
  }

  /** False where somebody else wrote first, or took it away: the next round sees that. */
  async #write(method: string, path: string, body: object, type?: string): Promise<boolean> {
    const { status, body: said } = await this.admin.call(method, path, body, type);
    if (status < 300) return true;
    if (status === 409 || status === 404) return false;
    throw new Error(`${method} ${path}: ${status} ${JSON.stringify(said)}`);
  }

  async #measure(rollout: RawRollout, runs: RawRun[], isUp: boolean): Promise<void> {
    const image = rollout.spec.template.spec.containers[0]?.image ?? "";
    const measured = isUp ? this.answeredBy(image) : undefined;
    for (const run of runs) {
      const clock = { now: Date.now(), speed: this.speed };
      const status = advanceRun(run.spec.metrics, run.status ?? {}, measured, clock);
      if (isDeepStrictEqual(status, run.status)) continue;
      await this.#write("PATCH", `${this.#own}/analysisruns/${run.metadata.name}`, { status }, merge);
    }
  }

  async #sync(rollout: RawRollout, hash: string, mine: RawSet[], runs: RawRun[]): Promise<void> {
    const { name, generation = 1 } = rollout.metadata;
    const advance = advanceRollout({
      ...{ name, generation, hash, spec: rollout.spec, status: rollout.status ?? {} },
      ...{ now: Date.now(), speed: this.speed, sets: mine.map(seenSet) },
      runs: runs.map(({ metadata, status }) => ({
        ...{ name: metadata.name, phase: status?.phase ?? "Pending", message: status?.message },
      })),
    });
    // Its status first: where somebody wrote to the object meanwhile, nothing follows from what was read.
    if (!isDeepStrictEqual(advance.status, rollout.status)) {
      const whole = { ...rollout, apiVersion: api, kind: "Rollout", status: advance.status };
      if (!(await this.#write("PUT", `${this.#own}/rollouts/${name}/status`, whole))) return;
    }
    await this.#scale(rollout, hash, mine, advance);
    const { run } = advance;
    if (!run || runs.some(({ metadata }) => metadata.name === run.name)) return;
    await this.#write("POST", `${this.#own}/analysisruns`, {
      ...{ apiVersion: api, kind: "AnalysisRun" },
      metadata: { name: run.name, namespace: this.namespace, ownerReferences: [ownerOf(rollout)] },
      spec: { metrics: run.templates.map(metricOf) },
    });
  }

  async #scale(rollout: RawRollout, hash: string, mine: RawSet[], advance: Advance): Promise<void> {
    for (const [wanted, replicas] of Object.entries(advance.replicas)) {
      const set = mine.find((one) => hashOf(one) === wanted);
      const revision = wanted === hash || !set ? advance.revision : revisionOf(set);
      const metadata = { annotations: { [revisionAnnotation]: String(revision) } };
      if (!set) await this.#write("POST", this.#sets, newSet(rollout, wanted, replicas, metadata));
      else if (set.spec.replicas !== replicas || revisionOf(set) !== revision)
        await this.#write("PATCH", `${this.#sets}/${set.metadata.name}`, { metadata, spec: { replicas } }, merge);
    }
  }
}

function ownedBy<T extends { metadata: Metadata }>(all: T[], uid: string): T[] {
  return all.filter(({ metadata }) => metadata.ownerReferences?.some((one) => one.controller && one.uid === uid));
}

function seenSet(set: RawSet) {
  const { replicas: current = 0, availableReplicas: available = 0 } = set.status ?? {};
  return { hash: hashOf(set), revision: revisionOf(set), replicas: set.spec.replicas ?? 1, current, available };
}

const hashOf = (set: RawSet) => set.metadata.labels?.[hashLabel] ?? "";
const revisionOf = (set: RawSet) => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0);

function ownerOf({ metadata: { name, uid } }: RawRollout) {
  return { apiVersion: api, kind: "Rollout", name, uid, controller: true, blockOwnerDeletion: true };
}

function newSet(rollout: RawRollout, hash: string, replicas: number, metadata: object): object {
  const { template, selector } = rollout.spec;
  const labels = { ...template.metadata.labels, [hashLabel]: hash };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: `${rollout.metadata.name}-${hash}`, labels, ownerReferences: [ownerOf(rollout)], ...metadata },
    spec: {
      replicas,
      selector: { matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
