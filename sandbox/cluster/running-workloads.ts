import type { Rollout } from "./argo/rollout-controller";
import type { ImagePuller } from "./image-puller";
import type { ObjectStore } from "./object-store";
import { type Deployment, type Pod, type ReplicaSet, resources, type StatefulSet } from "./objects";
import { isReady, isTerminating } from "./pods";
import { type Door, doors, ruleFor, selectorOf, sharesOf } from "./routing";

export interface ReadyPod {
  digest: string;
  version: string;
  fault: string | undefined;
  /** Its label pod-template-hash; pods of a StatefulSet have none. */
  hash: string | undefined;
}

export interface RunningWorkload {
  namespace: string;
  name: string;
  /** The label app.kubernetes.io/name of its pods, or the workload's name. */
  service: string;
  /** The pods that would get requests. */
  ready: ReadyPod[];
  /** How many times the load of one service it takes: 1 alone, 0.05 for a canary of 5 %, 0 behind a weight of 0. */
  share: number;
}

type Labels = Record<string, string>;
type Workload = Deployment | StatefulSet | Rollout;
const matches = (labels: Labels | undefined, wanted: [string, string][]) =>
  wanted.every(([key, value]) => labels?.[key] === value);

interface Standing {
  workload: Workload;
  labels: Labels | undefined;
  pods: Pod[];
}

/** Every workload with the pods that are ready to serve, found by who owns them: labels may be another's too. */
function standing(store: ObjectStore): Standing[] {
  const setOwner = new Map(
    store.list<ReplicaSet>(resources.replicasets).map(({ metadata }) => [metadata.uid, ownerOf(metadata)]),
  );
  const pods = new Map<string, Pod[]>();
  for (const pod of store.list<Pod>(resources.pods)) {
    if (!isReady(pod) || isTerminating(pod)) continue;
    const owner = ownerOf(pod.metadata) ?? "";
    const workload = setOwner.get(owner) ?? owner;
    pods.set(workload, [...(pods.get(workload) ?? []), pod]);
  }
  const workloads: Workload[] = [
    ...store.list<Deployment>(resources.deployments),
    ...store.list<StatefulSet>(resources.statefulsets),
    ...store.list<Rollout>(resources.rollouts).filter(({ spec }) => spec.template !== undefined),
  ];
  return workloads.map((workload) => ({
    workload,
    labels: workload.spec.template.metadata.labels,
    pods: pods.get(workload.metadata.uid) ?? [],
  }));
}

const ownerOf = ({ ownerReferences }: Pod["metadata"]) => ownerReferences?.find(({ controller }) => controller)?.uid;

/**
 * What each workload gets of one service's load. One behind no door gets all of it as long as it wants pods, but for one
 * beside which another workload of the same service has a door: the colour that nobody is led to.
 */
function loads(store: ObjectStore, all: Standing[]): Map<Standing, number> {
  const load = new Map<Standing, number>();
  const add = (one: Standing, share: number) => load.set(one, (load.get(one) ?? 0) + share);
  for (const door of doors(store)) {
    const rule = ruleFor(door, {});
    const shares = rule && door.hasUsers ? sharesOf(rule) : [];
    for (const { service } of door.rules.flatMap(({ to }) => to))
      for (const one of behind(store, all, door.namespace, service)) add(one, 0);
    for (const { service, share } of shares) {
      const mine = behind(store, all, door.namespace, service);
      const count = mine.reduce((sum, { pods }) => sum + pods.length, 0);
      if (count === 0 && mine[0] !== undefined) add(mine[0], share);
      for (const one of mine) if (count > 0) add(one, (share * one.pods.length) / count);
    }
  }
  const led = new Set([...load].filter(([, share]) => share > 0).map(([one]) => placeOf(one)));
  for (const one of all)
    if (!load.has(one)) load.set(one, (one.workload.spec.replicas ?? 1) > 0 && !led.has(placeOf(one)) ? 1 : 0);
  return load;
}

const serviceName = ({ workload, labels }: Standing) => labels?.["app.kubernetes.io/name"] ?? workload.metadata.name;
const placeOf = (one: Standing) => `${one.workload.metadata.namespace}/${serviceName(one)}`;

function behind(store: ObjectStore, all: Standing[], namespace: string, service: string): Standing[] {
  const selector = selectorOf(store, namespace, service);
  if (selector === undefined) return [];
  return all.filter(({ workload, labels }) => workload.metadata.namespace === namespace && matches(labels, selector));
}

/** What serves in the cluster right now, as a load balancer would see it. */
export function runningWorkloads(store: ObjectStore, images: ImagePuller): RunningWorkload[] {
  const all = standing(store);
  const load = loads(store, all);
  return all.map((one) => {
    const { metadata } = one.workload;
    return {
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      service: serviceName(one),
      ready: one.pods.flatMap((pod) => served(pod, images)),
      share: load.get(one) ?? 0,
    };
  });
}

/**
 * The pods that may answer a request to `name`: through the route or Service of that name where there is one, else those
 * of the workload. `turn` counts the requests, so that weights hold over any hundred of them. Undefined: no such name.
 */
export function answeringPods(
  store: ObjectStore,
  images: ImagePuller,
  request: { namespace: string; name: string; headers: Record<string, unknown>; turn: number },
): ReadyPod[] | undefined {
  const { namespace, name } = request;
  const all = standing(store);
  const door = doors(store).find((one) => one.namespace === namespace && one.name === name);
  const service = door && chosenService(door, request);
  const selector = service === undefined ? undefined : selectorOf(store, namespace, service);
  const workload = all.find(({ workload: { metadata } }) => metadata.namespace === namespace && metadata.name === name);
  if (door === undefined || (selector === undefined && workload !== undefined))
    return workload?.pods.flatMap((pod) => served(pod, images));
  if (selector === undefined) return [];
  const mine = all.flatMap(({ pods }) => pods).filter(({ metadata }) => metadata.namespace === namespace);
  return mine.filter(({ metadata }) => matches(metadata.labels, selector)).flatMap((pod) => served(pod, images));
}

/** 37 has no factor in common with 100: any hundred turns in a row give each hundredth once. */
function chosenService(door: Door, { headers, turn }: { headers: Record<string, unknown>; turn: number }) {
  const rule = ruleFor(door, headers);
  const point = ((turn * 37) % 100) / 100;
  let passed = 0;
  for (const { service, share } of rule ? sharesOf(rule) : []) {
    passed += share;
    if (point < passed - 1e-9) return service;
  }
  return undefined;
}

/** A pod whose image has not been read since the sandbox started counts from the moment that it has. */
function served(pod: Pod, images: ImagePuller): ReadyPod[] {
  const main = pod.status.containerStatuses?.[0];
  const image = images.peek(pod.spec.containers[0]?.image ?? "");
  if (main === undefined || image === undefined) return [];
  const version = image.labels["org.opencontainers.image.version"] ?? "unknown";
  const hash = pod.metadata.labels?.["pod-template-hash"];
  return [{ digest: main.imageID.replace(/^.*@/, ""), version, fault: image.labels["sandbox.fault"], hash }];
}
