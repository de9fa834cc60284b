import type { ImagePuller } from "./image-puller";
import type { ObjectStore } from "./object-store";
import { type Deployment, type KubeObject, type Pod, resources, type StatefulSet } from "./objects";
import { isReady, isTerminating } from "./pods";

export interface ReadyPod {
  digest: string;
  version: string;
  fault: string | undefined;
}

export interface RunningWorkload {
  namespace: string;
  name: string;
  /** The label app.kubernetes.io/name of its pods, or the workload's name. */
  service: string;
  /** The pods that would get requests. */
  ready: ReadyPod[];
}

/** What serves in the cluster right now, as a load balancer would see it. */
export function runningWorkloads(store: ObjectStore, images: ImagePuller): RunningWorkload[] {
  const pods = store.list<Pod>(resources.pods).filter((pod) => isReady(pod) && !isTerminating(pod));
  const workloads: (Deployment | StatefulSet)[] = [
    ...store.list<Deployment>(resources.deployments),
    ...store.list<StatefulSet>(resources.statefulsets),
  ];
  return workloads.map(({ metadata, spec }) => {
    const wanted = Object.entries(spec.selector.matchLabels);
    const mine = pods.filter((pod) => pod.metadata.namespace === metadata.namespace && matches(pod, wanted));
    return {
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      service: spec.template.metadata.labels?.["app.kubernetes.io/name"] ?? metadata.name,
      ready: mine.flatMap((pod) => served(pod, images)),
    };
  });
}

function matches(object: KubeObject, wanted: [string, string][]): boolean {
  return wanted.every(([key, value]) => object.metadata.labels?.[key] === value);
}

/** A pod whose image has not been read since the sandbox started counts from the moment that it has. */
function served(pod: Pod, images: ImagePuller): ReadyPod[] {
  const main = pod.status.containerStatuses?.[0];
  const image = images.peek(pod.spec.containers[0]?.image ?? "");
  if (main === undefined || image === undefined) return [];
  const version = image.labels["org.opencontainers.image.version"] ?? "unknown";
  return [{ digest: main.imageID.replace(/^.*@/, ""), version, fault: image.labels["sandbox.fault"] }];
}
