import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { TargetConfig } from "@/lib/ports/deploy-target";

/**
 * The fields that Waybill reads of the cluster's objects, all of stable APIs (apps/v1, v1) and all optional: the
 * cluster leaves out what is empty. Everything else of an object is dropped as it arrives (`slim…`).
 */
export interface OwnerReference {
  uid?: string;
  controller?: boolean;
}

export interface Metadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  owners: OwnerReference[];
  deleting: boolean;
}

export interface Condition {
  type?: string;
  status?: string;
  reason?: string;
  message?: string;
}

export interface RollingUpdate {
  maxSurge?: string | number;
  maxUnavailable?: string | number;
  partition?: number;
}

export interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key?: string; operator?: string; values?: string[] }[];
}

export interface Container {
  name: string;
  image: string;
}

/** What is kept of a pod template: enough to tell whether two are alike, and what its pods read. */
export interface Template {
  /** Of everything but labels and the images of containers. */
  hash: string;
  labels: Record<string, string>;
  reads: TargetConfig["reads"];
}

/** A Deployment, a StatefulSet or a Rollout. */
export interface Workload {
  kind: "deployment" | "statefulSet" | "rollout";
  metadata: Metadata;
  replicas: number;
  paused: boolean;
  minReadySeconds: number;
  progressDeadlineSeconds: number | undefined;
  selector: Selector;
  containers: Container[];
  template: Template;
  strategyType: string | undefined;
  rollingUpdate: RollingUpdate;
  status: {
    observedGeneration: number;
    updatedReplicas: number;
    readyReplicas: number;
    availableReplicas: number | undefined;
    updateRevision: string | undefined;
    /** Of a Rollout: its controller's one word for it, and why. */
    phase?: { word: string; message: string };
    conditions: Condition[];
  };
}

export interface ReplicaSet {
  metadata: Metadata;
  containers: Container[];
  conditions: Condition[];
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { reason?: string; message?: string; exitCode?: number };
}

export interface ContainerStatus {
  name?: string;
  imageID?: string;
  ready?: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface Pod {
  metadata: Metadata;
  node: string | undefined;
  phase: string;
  startTime: string | undefined;
  reason: string | undefined;
  message: string | undefined;
  conditions: Condition[];
  initContainers: ContainerStatus[];
  containers: ContainerStatus[];
}

type Fields = Record<string, unknown>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function integer(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}

export function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields(value)).filter((entry): entry is [string, string] => text(entry[1]) !== undefined),
  );
}

function amount(value: unknown): string | number | undefined {
  return text(value) ?? integer(value);
}

export function metadataOf(object: Fields): Metadata {
  const metadata = fields(object.metadata);
  return {
    name: text(metadata.name) ?? "",
    namespace: text(metadata.namespace) ?? "",
    uid: text(metadata.uid) ?? "",
    resourceVersion: text(metadata.resourceVersion) ?? "",
    generation: integer(metadata.generation) ?? 0,
    labels: texts(metadata.labels),
    annotations: texts(metadata.annotations),
    owners: list(metadata.ownerReferences).map((owner) => {
      const { uid, controller } = fields(owner);
      return { uid: text(uid), controller: controller === true };
    }),
    deleting: text(metadata.deletionTimestamp) !== undefined,
  };
}

function conditionsOf(status: Fields): Condition[] {
  return list(status.conditions).map((condition) => {
    const { type, status: state, reason, message } = fields(condition);
    return { type: text(type), status: text(state), reason: text(reason), message: text(message) };
  });
}

function containersOf(spec: Fields): Container[] {
  const pod = fields(fields(spec.template).spec);
  return list(pod.containers).map((container) => {
    const { name, image } = fields(container);
    return { name: text(name) ?? "", image: text(image) ?? "" };
  });
}

function stateOf(value: unknown): ContainerState {
  const { waiting, running, terminated } = fields(value);
  const { reason, message } = fields(waiting);
  const ended = fields(terminated);
  return {
    ...(waiting === undefined ? {} : { waiting: { reason: text(reason), message: text(message) } }),
    ...(running === undefined ? {} : { running: { startedAt: text(fields(running).startedAt) } }),
    ...(terminated === undefined
      ? {}
      : {
          terminated: { reason: text(ended.reason), message: text(ended.message), exitCode: integer(ended.exitCode) },
        }),
  };
}

function statusesOf(value: unknown): ContainerStatus[] {
  return list(value).map((status) => {
    const { name, imageID, ready, restartCount, state, lastState } = fields(status);
    return {
      name: text(name),
      imageID: text(imageID),
      ready: ready === true,
      restartCount: integer(restartCount),
      state: stateOf(state),
      lastState: stateOf(lastState),
    };
  });
}

function selectorOf(value: unknown): Selector {
  const { matchLabels, matchExpressions } = fields(value);
  return {
    matchLabels: texts(matchLabels),
    matchExpressions: list(matchExpressions).map((expression) => {
      const { key, operator, values } = fields(expression);
      return { key: text(key), operator: text(operator), values: list(values).flatMap((one) => text(one) ?? []) };
    }),
  };
}

/** Restarting pods changes nothing that they run with. */
const passingAnnotations = new Set(["kubectl.kubernetes.io/restartedAt"]);
const namesMax = 20;

/** SHA-256 (hex) over the value's RFC 8785 JSON. */
export function sha256(value: unknown): string {
  return createHash("sha256")
    .update(canonicalize(value) ?? "")
    .digest("hex");
}

/** The part of a workload's pod template that is its configuration; `spec` is the workload's. */
function readTemplate(spec: Record<string, unknown>): Template {
  const template = fields(spec.template);
  const { labels, annotations, ...metadata } = fields(template.metadata);
  const pod = fields(template.spec);
  const containers = list(pod.containers).map((container) => {
    const { image: _, ...rest } = fields(container);
    return rest;
  });
  const kept = Object.entries(fields(annotations)).filter(([name]) => !passingAnnotations.has(name));
  return {
    hash: sha256({ metadata, annotations: Object.fromEntries(kept), pod: { ...pod, containers } }),
    labels: texts(labels),
    reads: readsOf(pod, list(spec.volumeClaimTemplates)),
  };
}

/** The names that the cluster keeps apart from the template: their contents may change without it. */
function readsOf(pod: Record<string, unknown>, claimTemplates: unknown[]): TargetConfig["reads"] {
  const configMaps: unknown[] = [];
  const secrets: unknown[] = [];
  const claims: unknown[] = claimTemplates.map((claim) => fields(fields(claim).metadata).name);
  for (const container of [...list(pod.initContainers), ...list(pod.containers)].map(fields)) {
    for (const source of list(container.envFrom).map(fields)) {
      configMaps.push(fields(source.configMapRef).name);
      secrets.push(fields(source.secretRef).name);
    }
    for (const { valueFrom } of list(container.env).map(fields)) {
      configMaps.push(fields(fields(valueFrom).configMapKeyRef).name);
      secrets.push(fields(fields(valueFrom).secretKeyRef).name);
    }
  }
  for (const volume of list(pod.volumes).map(fields)) {
    for (const source of [volume, ...list(fields(volume.projected).sources).map(fields)]) {
      configMaps.push(fields(source.configMap).name);
      secrets.push(fields(source.secret).secretName ?? fields(source.secret).name);
    }
    claims.push(fields(volume.persistentVolumeClaim).claimName);
  }
  const names = (found: unknown[]) => [...new Set(found.flatMap((one) => text(one) ?? []))].sort().slice(0, namesMax);
  return { configMaps: names(configMaps), secrets: names(secrets), volumeClaims: names(claims) };
}

/** What is read of a Deployment, StatefulSet or Rollout as the API sends it. */
export function slimWorkload(kind: Workload["kind"], object: unknown): Workload {
  const whole = fields(object);
  const spec = fields(whole.spec);
  const status = fields(whole.status);
  const strategy = fields(kind === "deployment" ? spec.strategy : spec.updateStrategy);
  const rolling = fields(strategy.rollingUpdate);
  return {
    kind,
    metadata: metadataOf(whole),
    // apps/v1: a spec without replicas means one.
    replicas: integer(spec.replicas) ?? 1,
    paused: spec.paused === true,
    minReadySeconds: integer(spec.minReadySeconds) ?? 0,
    progressDeadlineSeconds: integer(spec.progressDeadlineSeconds),
    selector: selectorOf(spec.selector),
    containers: containersOf(spec),
    template: readTemplate(spec),
    strategyType: text(strategy.type),
    rollingUpdate: {
      maxSurge: amount(rolling.maxSurge),
      maxUnavailable: amount(rolling.maxUnavailable),
      partition: integer(rolling.partition),
    },
    status: {
      observedGeneration: integer(status.observedGeneration) ?? generationText(status.observedGeneration),
      updatedReplicas: integer(status.updatedReplicas) ?? 0,
      readyReplicas: integer(status.readyReplicas) ?? 0,
      availableReplicas: integer(status.availableReplicas),
      updateRevision: text(status.updateRevision),
      ...(kind === "rollout" ? { phase: { word: text(status.phase) ?? "", message: text(status.message) ?? "" } } : {}),
      conditions: conditionsOf(status),
    },
  };
}

/** A Rollout writes the generation that it observed as text (RolloutStatus in pkg/apis/rollouts/v1alpha1/types.go). */
function generationText(value: unknown): number {
  const written = text(value);
  return written !== undefined && /^\d{1,15}$/.test(written) ? Number(written) : 0;
}

export function slimReplicaSet(object: unknown): ReplicaSet {
  const whole = fields(object);
  return {
    metadata: metadataOf(whole),
    containers: containersOf(fields(whole.spec)),
    conditions: conditionsOf(fields(whole.status)),
  };
}

export function slimPod(object: unknown): Pod {
  const whole = fields(object);
  const status = fields(whole.status);
  return {
    metadata: metadataOf(whole),
    node: text(fields(whole.spec).nodeName),
    phase: text(status.phase) ?? "Unknown",
    startTime: text(status.startTime),
    reason: text(status.reason),
    message: text(status.message),
    conditions: conditionsOf(status),
    initContainers: statusesOf(status.initContainerStatuses),
    containers: statusesOf(status.containerStatuses),
  };
}

/** The items of a list answer and where a watch goes on from; undefined where the answer is not a list. */
export function readList(
  answer: unknown,
): { items: unknown[]; resourceVersion: string; next: string | undefined } | undefined {
  const whole = fields(answer);
  const metadata = fields(whole.metadata);
  // A list of nothing comes with `items: null` or none at all from some servers.
  if (!text(whole.kind)?.endsWith("List")) return undefined;
  return {
    items: list(whole.items),
    resourceVersion: text(metadata.resourceVersion) ?? "",
    next: text(metadata.continue) || undefined,
  };
}

/** A line of a watch: its type and object, or undefined where it is something else. */
export function readEvent(line: unknown): { type: string; object: unknown; resourceVersion: string } | undefined {
  const { type, object } = fields(line);
  const name = text(type);
  if (name === undefined || object === undefined) return undefined;
  return { type: name, object, resourceVersion: metadataOf(fields(object)).resourceVersion };
}

/** Code and message of a `Status` object, as a watch sends them in an ERROR event. */
export function readStatus(object: unknown): { code: number; message: string } {
  const { code, message } = fields(object);
  return { code: integer(code) ?? 0, message: text(message) ?? "the watch ended with an error" };
}
