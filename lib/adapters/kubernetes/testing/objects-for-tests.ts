import type { Digest } from "@/lib/pipeline/release/digest";
import type { KubernetesTargetRef, TargetChange } from "@/lib/ports/deploy-target";

export const repository = "registry.test:5000/veza/backend";

/** A digest of one repeated hex digit. */
export function digestOf(hex: string): Digest {
  return `sha256:${hex.repeat(64)}` as Digest;
}

export const deploymentRef: KubernetesTargetRef = {
  kind: "kubernetes",
  connection: "cluster",
  namespace: "veza-staging",
  workload: { kind: "deployment", name: "backend" },
  container: "backend",
};

export const statefulSetRef: KubernetesTargetRef = {
  ...deploymentRef,
  workload: { kind: "statefulSet", name: "backend" },
};

export function changeTo(hex: string, more: Partial<TargetChange> = {}): TargetChange {
  return {
    image: repository,
    digest: digestOf(hex),
    promotion: "prm_2",
    generation: 2,
    strategy: { kind: "rolling" },
    ...more,
  };
}

interface Facts {
  image?: string;
  generation?: number;
  observedGeneration?: number;
  annotations?: Record<string, string>;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

/** A deployment as the API sends it. */
export function deployment(facts: Facts = {}) {
  const generation = facts.generation ?? 3;
  return {
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: {
      name: "backend",
      namespace: "veza-staging",
      uid: "uid-deployment",
      resourceVersion: "100",
      generation,
      annotations: facts.annotations ?? {},
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "backend" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      progressDeadlineSeconds: 600,
      template: {
        spec: {
          containers: [
            { name: "backend", image: facts.image ?? `${repository}@${digestOf("a")}` },
            { name: "sidecar", image: "registry.test/proxy:1" },
          ],
        },
      },
      ...facts.spec,
    },
    status: {
      observedGeneration: facts.observedGeneration ?? generation,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      conditions: [],
      ...facts.status,
    },
  };
}

export function replicaSet(name: string, revision: number, image: string, more: Record<string, unknown> = {}) {
  return {
    kind: "ReplicaSet",
    metadata: {
      name,
      namespace: "veza-staging",
      uid: `uid-${name}`,
      annotations: { "deployment.kubernetes.io/revision": String(revision) },
      ownerReferences: [{ uid: "uid-deployment", controller: true }],
    },
    spec: { template: { spec: { containers: [{ name: "backend", image }] } } },
    status: more,
  };
}

/** A pod of `owner` that runs `imageID`, ready unless `container` says otherwise. */
export function pod(
  name: string,
  owner: string,
  imageID: string,
  container: Record<string, unknown> = {},
  more: { metadata?: Record<string, unknown>; status?: Record<string, unknown> } = {},
) {
  const ready = container.ready ?? true;
  return {
    kind: "Pod",
    metadata: {
      name,
      namespace: "veza-staging",
      uid: `uid-${name}`,
      ownerReferences: [{ uid: `uid-${owner}`, controller: true }],
      ...more.metadata,
    },
    spec: { nodeName: "node-1" },
    status: {
      phase: "Running",
      startTime: "2026-01-01T00:00:00Z",
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      containerStatuses: [
        {
          name: "backend",
          imageID,
          ready,
          restartCount: 0,
          state: { running: { startedAt: "2026-01-01T00:00:05Z" } },
          ...container,
        },
      ],
      ...more.status,
    },
  };
}
