import { randomBytes } from "node:crypto";
import type { ObjectStore } from "./object-store";
import { type KubeObject, resources, timestamp } from "./objects";

interface ClusterEvent extends KubeObject {
  involvedObject: { kind: string; namespace: string | undefined; name: string; uid: string; apiVersion: string };
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  source: { component: string };
  firstTimestamp: string;
  lastTimestamp: string;
  count: number;
}

const eventsMax = 300;

/** Writes a core/v1 Event about `object`; the same words again count the old one up. The oldest go first. */
export function recordEvent(
  store: ObjectStore,
  object: KubeObject,
  component: string,
  type: ClusterEvent["type"],
  reason: string,
  message: string,
): void {
  const { name, namespace, uid } = object.metadata;
  const events = store.list<ClusterEvent>(resources.events);
  const again = events.find(
    (event) => event.involvedObject.uid === uid && event.reason === reason && event.message === message,
  );
  const now = timestamp();
  if (again !== undefined) {
    store.modify<ClusterEvent>(resources.events, again, (event) => ({ count: event.count + 1, lastTimestamp: now }));
    return;
  }
  store.create<ClusterEvent>(resources.events, {
    kind: "Event",
    apiVersion: "v1",
    metadata: { name: `${name}.${randomBytes(8).toString("hex")}`, namespace },
    involvedObject: { kind: object.kind, namespace, name, uid, apiVersion: object.apiVersion },
    type,
    reason,
    message,
    source: { component },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  });
  const oldest = events.length >= eventsMax ? events[0] : undefined;
  if (oldest !== undefined) store.remove(resources.events, oldest);
}
