export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: boolean;
  blockOwnerDeletion: boolean;
}

export interface Metadata {
  name: string;
  namespace?: string;
  generateName?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
}

/** Any stored object. Stored objects are never changed in place: a write puts a new one there. */
export interface KubeObject {
  kind: string;
  apiVersion: string;
  metadata: Metadata;
  spec?: unknown;
  status?: unknown;
}

export interface PodTemplate {
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: { containers: { name: string; image: string }[] };
}

interface WorkloadSpec {
  replicas: number;
  selector: { matchLabels: Record<string, string> };
  template: PodTemplate;
}

export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  lastTransitionTime: string;
  lastUpdateTime?: string;
  reason?: string;
  message?: string;
}

export interface Deployment extends KubeObject {
  spec: WorkloadSpec & {
    paused?: boolean;
    progressDeadlineSeconds: number;
    revisionHistoryLimit: number;
    strategy: {
      type: "RollingUpdate" | "Recreate";
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
    };
  };
  status: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    unavailableReplicas?: number;
    conditions?: Condition[];
  };
}

export interface StatefulSet extends KubeObject {
  spec: WorkloadSpec & {
    podManagementPolicy: "OrderedReady" | "Parallel";
    updateStrategy: { type: "RollingUpdate" | "OnDelete"; rollingUpdate?: { partition?: number } };
  };
  status: {
    observedGeneration?: number;
    replicas: number;
    readyReplicas?: number;
    currentReplicas?: number;
    updatedReplicas?: number;
    currentRevision?: string;
    updateRevision?: string;
    collisionCount?: number;
  };
}

export interface ReplicaSet extends KubeObject {
  spec: WorkloadSpec;
  status: { replicas: number; readyReplicas?: number; availableReplicas?: number; observedGeneration?: number };
}

export type ContainerState =
  | { waiting: { reason: string; message?: string } }
  | { running: { startedAt: string } }
  | { terminated: { exitCode: number; reason: string; startedAt: string; finishedAt: string } };

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState | Record<string, never>;
}

export interface Pod extends KubeObject {
  spec: PodTemplate["spec"] & { nodeName?: string };
  status: {
    phase: "Pending" | "Running" | "Succeeded" | "Failed";
    conditions?: Condition[];
    startTime?: string;
    podIP?: string;
    containerStatuses?: ContainerStatus[];
  };
}

export interface Job extends KubeObject {
  spec: {
    backoffLimit: number;
    activeDeadlineSeconds?: number;
    ttlSecondsAfterFinished?: number;
    suspend?: boolean;
    template: PodTemplate;
  };
  status: {
    active?: number;
    succeeded?: number;
    failed?: number;
    startTime?: string;
    completionTime?: string;
    conditions?: Condition[];
  };
}

/** A kind that this API serves. */
export interface Resource {
  group: "" | "apps" | "batch" | "gateway.networking.k8s.io" | "networking.istio.io" | "argoproj.io" | "flagger.app";
  version: "v1" | "v1alpha1" | "v1beta1";
  plural: string;
  kind: string;
  namespaced: boolean;
  /** Counts `metadata.generation` up when its spec changes. */
  generation: boolean;
  /** What a field selector may name beside metadata.name and metadata.namespace. */
  fields: string[];
  /** Has a /status of its own; status in a write of the object itself is ignored. */
  status: boolean;
}

type Traits = Omit<Resource, "plural" | "kind">;
const base: Traits = { group: "", version: "v1", namespaced: true, generation: false, fields: [], status: true };
const app: Traits = { ...base, group: "apps", generation: true };
/** As a CustomResourceDefinition makes them: no defaults, and no strategic merge patch. */
const custom: Omit<Traits, "group"> = { ...base, generation: true };

export const resources = {
  namespaces: { ...base, plural: "namespaces", kind: "Namespace", namespaced: false },
  pods: { ...base, plural: "pods", kind: "Pod", fields: ["spec.nodeName", "status.phase"] },
  services: { ...base, plural: "services", kind: "Service" },
  events: {
    ...base,
    plural: "events",
    kind: "Event",
    status: false,
    fields: ["involvedObject.kind", "involvedObject.name", "involvedObject.uid", "reason", "type"],
  },
  deployments: { ...app, plural: "deployments", kind: "Deployment" },
  statefulsets: { ...app, plural: "statefulsets", kind: "StatefulSet" },
  replicasets: { ...app, plural: "replicasets", kind: "ReplicaSet" },
  jobs: { ...app, group: "batch", plural: "jobs", kind: "Job" },
  cronjobs: { ...app, group: "batch", plural: "cronjobs", kind: "CronJob" },
  httproutes: { ...custom, group: "gateway.networking.k8s.io", plural: "httproutes", kind: "HTTPRoute" },
  rollouts: { ...custom, group: "argoproj.io", version: "v1alpha1", plural: "rollouts", kind: "Rollout" },
  // As its definition has it: no status subresource, so that its controller writes the object itself.
  analysisruns: {
    ...custom,
    ...{ group: "argoproj.io", version: "v1alpha1", plural: "analysisruns", kind: "AnalysisRun", status: false },
  },
  canaries: { ...custom, group: "flagger.app", version: "v1beta1", plural: "canaries", kind: "Canary" },
  virtualservices: { ...custom, group: "networking.istio.io", plural: "virtualservices", kind: "VirtualService" },
} satisfies Record<string, Resource>;

/** A kind that the API itself does not know the fields of. */
export const isCustom = ({ group }: Resource): boolean => group !== "" && group !== "apps" && group !== "batch";
export const apiVersionOf = (resource: Resource): string =>
  resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
/** `deployments.apps`, `pods`: how the API names a kind in its messages. */
export const qualified = (resource: Resource): string =>
  resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export const timestamp = (at = Date.now()): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Equal as JSON: the order of keys does not count, and an absent key equals an undefined one. Shared parts cost nothing. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameJson(left[key], right[key]));
}

export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}
