import { randomUUID } from "node:crypto";
import { Journal } from "./journal";
import { type KubeObject, type Resource, resources, sameJson, timestamp } from "./objects";
import { alreadyExists, conflict, notFound } from "./status-error";

export interface StoreEvent {
  type: "ADDED" | "MODIFIED" | "DELETED";
  resource: Resource;
  revision: number;
  object: KubeObject;
  /** What stood there before a change: a selector may have matched it. */
  previous?: KubeObject;
}

/** A new object without what the store itself gives it. */
export type Draft<T extends KubeObject> = Omit<T, "metadata"> & {
  metadata: Omit<T["metadata"], "uid" | "resourceVersion" | "creationTimestamp">;
};

const byKind: Record<string, Resource> = Object.fromEntries(Object.values(resources).map((one) => [one.kind, one]));

/**
 * Objects by kind, namespace and name under one counting resourceVersion, with the latest events for watches.
 * A write is in the journal before it is answered, so kill -9 loses nothing.
 */
export class ObjectStore {
  private readonly objects = new Map<Resource, Map<string, KubeObject>>();
  private readonly listeners = new Set<(event: StoreEvent) => void>();
  private history: StoreEvent[] = [];
  private readonly journal: Journal;
  /** The resourceVersion of the latest write. */
  revision: number;
  /** Events after this one are still known; a watch from before is told 410. */
  oldest: number;

  constructor(
    folder: string,
    private readonly historySize = 2000,
  ) {
    this.journal = new Journal(folder);
    const stored = this.journal.load(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`);
    for (const object of stored.objects.values()) {
      const resource = byKind[object.kind];
      if (resource === undefined) continue;
      this.of(resource).set(keyOf(resource, object.metadata.namespace, object.metadata.name), object);
    }
    this.revision = stored.revision;
    this.oldest = this.revision;
    this.compact();
  }

  private compact(): void {
    const objects = [...this.objects.values()].flatMap((one) => [...one.values()]);
    this.journal.compact(this.revision, objects);
  }

  /** Nothing can be written any more. */
  close(): void {
    this.journal.close();
  }

  private of(resource: Resource): Map<string, KubeObject> {
    const known = this.objects.get(resource) ?? new Map<string, KubeObject>();
    this.objects.set(resource, known);
    return known;
  }

  get<T extends KubeObject>(resource: Resource, namespace: string | undefined, name: string): T | undefined {
    return this.of(resource).get(keyOf(resource, namespace, name)) as T | undefined;
  }

  /** Of all namespaces where none is given; in no order. */
  list<T extends KubeObject>(resource: Resource, namespace?: string): T[] {
    const all = [...this.of(resource).values()] as T[];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  create<T extends KubeObject>(resource: Resource, draft: Draft<T>): T {
    const { name, namespace } = draft.metadata;
    if (this.get(resource, namespace, name) !== undefined) throw alreadyExists(resource, name);
    const metadata = { ...draft.metadata, uid: randomUUID(), creationTimestamp: timestamp() };
    const object = {
      ...draft,
      metadata: { ...metadata, ...(resource.generation ? { generation: 1 } : {}) },
    } as unknown as T;
    return this.write("ADDED", resource, object);
  }

  /**
   * Puts `next` in the place of what has its name. 409 where `next` carries another resourceVersion than what stands
   * there; nothing is written where nothing changes; a changed spec counts the generation up.
   */
  replace<T extends KubeObject>(resource: Resource, next: T): T {
    const { name, namespace } = next.metadata;
    const current = this.get<T>(resource, namespace, name);
    if (current === undefined) throw notFound(resource, name);
    if (next.metadata.resourceVersion !== current.metadata.resourceVersion) throw conflict(resource, name);
    const { uid, creationTimestamp, generation = 0 } = current.metadata;
    const counted = generation + (sameJson(current.spec, next.spec) ? 0 : 1);
    const metadata = {
      ...next.metadata,
      uid,
      creationTimestamp,
      ...(resource.generation ? { generation: counted } : {}),
    };
    const object = { ...next, metadata };
    return sameJson(object, current) ? current : this.write("MODIFIED", resource, object, current);
  }

  /** The controllers' write: reads what stands there now and changes it; undefined where it is gone. */
  modify<T extends KubeObject>(resource: Resource, object: T, change: (current: T) => Partial<T>): T | undefined {
    const current = this.get<T>(resource, object.metadata.namespace, object.metadata.name);
    if (current === undefined || current.metadata.uid !== object.metadata.uid) return undefined;
    return this.replace(resource, { ...current, ...change(current) });
  }

  /** Removes the object and, as the garbage collector does, everything that it owns. */
  remove(resource: Resource, object: KubeObject): void {
    const { namespace, name, uid } = object.metadata;
    const current = this.get(resource, namespace, name);
    if (current?.metadata.uid !== uid) return;
    this.write("DELETED", resource, current, current);
    for (const other of Object.values(resources)) {
      for (const dependent of this.list(other, namespace)) {
        const lostOwner = dependent.metadata.ownerReferences?.some((owner) => owner.uid === uid);
        if (lostOwner || (resource.kind === "Namespace" && dependent.metadata.namespace === name))
          this.remove(other, dependent);
      }
    }
  }

  /** Events after `revision`, or undefined where some of them are no longer known. */
  since(revision: number): StoreEvent[] | undefined {
    return revision < this.oldest ? undefined : this.history.filter((event) => event.revision > revision);
  }

  /** Calls `listener` after every write, until the returned function is called. */
  onEvent(listener: (event: StoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private write<T extends KubeObject>(
    type: StoreEvent["type"],
    resource: Resource,
    object: T,
    previous?: KubeObject,
  ): T {
    this.revision += 1;
    const { namespace, name } = object.metadata;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.revision) } };
    const gone = type === "DELETED";
    if (gone) this.of(resource).delete(keyOf(resource, namespace, name));
    else this.of(resource).set(keyOf(resource, namespace, name), stored);
    const full = this.journal.append({ revision: this.revision, object: stored, ...(gone && { gone }) });
    if (full) this.compact();
    const event: StoreEvent = { type, resource, revision: this.revision, object: stored, previous };
    this.history.push(event);
    if (this.history.length > this.historySize) {
      this.history = this.history.slice(-Math.ceil(this.historySize / 2));
      this.oldest = (this.history[0]?.revision ?? this.revision) - 1;
    }
    for (const listener of this.listeners) listener(event);
    return stored;
  }
}

function keyOf(resource: Resource, namespace: string | undefined, name: string): string {
  return `${resource.plural}/${resource.namespaced ? (namespace ?? "default") : ""}/${name}`;
}
