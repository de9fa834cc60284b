import { createHash, randomInt } from "node:crypto";
import type { ObjectStore } from "./object-store";
import {
  type KubeObject,
  type OwnerReference,
  type Pod,
  type PodTemplate,
  resources,
  stableJson,
  timestamp,
} from "./objects";

const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** Ready to serve: the kubelet says so, and it is not on its way out. */
export function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** Objects by the uid of the controller that owns them. */
export function byOwner<T extends KubeObject>(objects: T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const object of objects) {
    const owner = object.metadata.ownerReferences?.find((one) => one.controller)?.uid;
    if (owner === undefined) continue;
    const group = groups.get(owner) ?? [];
    group.push(object);
    groups.set(owner, group);
  }
  return groups;
}

export function ownedBy(owner: KubeObject): OwnerReference[] {
  const { name, uid } = owner.metadata;
  return [{ apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true }];
}

const hashes = new WeakMap<PodTemplate, string>();

/** A short name for a template's content, in the letters that Kubernetes uses for it. */
export function templateHash(template: PodTemplate): string {
  const known = hashes.get(template);
  if (known !== undefined) return known;
  const bytes = createHash("sha256").update(stableJson(template)).digest().subarray(0, 10);
  const hash = Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
  hashes.set(template, hash);
  return hash;
}

/** Creates a pod of `template` for `owner`; without a name it gets five random letters, as `generateName` gives. */
export function createPod(
  store: ObjectStore,
  owner: KubeObject,
  template: PodTemplate,
  labels: Record<string, string>,
  name?: string,
): Pod {
  const suffix = Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return store.create<Pod>(resources.pods, {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name: name ?? `${owner.metadata.name}-${suffix}`,
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata.labels, ...labels },
      annotations: template.metadata.annotations,
      ownerReferences: ownedBy(owner),
    },
    spec: template.spec,
    status: { phase: "Pending" },
  });
}

/** Asks the kubelet to end the pod; one that is on no node is gone at once. */
export function endPod(store: ObjectStore, pod: Pod): void {
  if (pod.spec.nodeName === undefined) store.remove(resources.pods, pod);
  else {
    store.modify<Pod>(resources.pods, pod, ({ metadata }) => ({
      metadata: { ...metadata, deletionTimestamp: timestamp() },
    }));
  }
}
