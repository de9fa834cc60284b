import { canaryOfAnnotation, canaryRef, replicasAnnotation } from "@/lib/adapters/kubernetes/canary/canary-workload";
import { readHttpRoute } from "@/lib/adapters/kubernetes/canary/http-route";
import { readVirtualService } from "@/lib/adapters/kubernetes/canary/virtual-service";
import type { ReadRoute } from "@/lib/adapters/kubernetes/canary/weights";
import type { KubernetesClient } from "@/lib/adapters/kubernetes/client";
import { misconfigured } from "@/lib/adapters/kubernetes/errors";
import { digestOfImage } from "@/lib/adapters/kubernetes/image-reference";
import { listAll } from "@/lib/adapters/kubernetes/list-all";
import { fields, slimReplicaSet, slimWorkload, texts, type Workload } from "@/lib/adapters/kubernetes/objects";
import { checkedName, listPath, selectorQuery, workloadPath } from "@/lib/adapters/kubernetes/paths";
import { annotatedGeneration, promotionAnnotation, workloadName } from "@/lib/adapters/kubernetes/plan";
import type { CanaryRoute } from "@/lib/pipeline/rollout/canary-route";
import type { DeclaredWorkload } from "@/lib/ports/canary-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

/** A Deployment as the API sent it, and what Waybill reads of it. */
export interface ReadWorkload {
  raw: unknown;
  slim: Workload;
}

export type RouterRoute = Exclude<CanaryRoute, { kind: "replicas" }>;

const routers = {
  httpRoute: { group: "gateway.networking.k8s.io/v1", plural: "httproutes", kind: "HTTPRoute", read: readHttpRoute },
  virtualService: {
    group: "networking.istio.io/v1",
    plural: "virtualservices",
    kind: "VirtualService",
    read: readVirtualService,
  },
} as const;

/** The object, or undefined where there is none of its name. */
async function getObject(client: KubernetesClient, path: string, signal?: AbortSignal): Promise<unknown> {
  try {
    return await client.get(path, {}, signal);
  } catch (error) {
    if (error instanceof ExternalError && error.code === "notFound") return undefined;
    throw error;
  }
}

/** The Deployment of `ref`, or undefined; a canary needs Deployments, so anything else is `misconfigured`. */
export async function readDeployment(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<ReadWorkload | undefined> {
  if (ref.workload.kind !== "deployment")
    throw misconfigured(client.system, `${workloadName(ref)} cannot have a canary: only a deployment can`);
  const raw = await getObject(client, workloadPath(client.system, ref), signal);
  return raw === undefined ? undefined : { raw, slim: slimWorkload("deployment", raw) };
}

/** The canary Deployment beside `ref`, whoever made it. */
export function readCanary(client: KubernetesClient, ref: KubernetesTargetRef, signal?: AbortSignal) {
  return readDeployment(client, canaryRef(ref), signal);
}

/** The selector of a Service of the namespace; undefined where there is no such Service. */
export async function readSelector(
  client: KubernetesClient,
  namespace: string,
  name: string,
  signal?: AbortSignal,
): Promise<Record<string, string> | undefined> {
  const { system } = client;
  const folder = `/api/v1/namespaces/${checkedName(system, "namespace", namespace)}/services`;
  const service = await getObject(client, `${folder}/${checkedName(system, "Service", name)}`, signal);
  return service === undefined ? undefined : texts(fields(fields(service).spec).selector);
}

/** Where a route object is found. */
export function routePath(system: string, namespace: string, route: RouterRoute): string {
  const { group, plural, kind } = routers[route.kind];
  const folder = `/apis/${group}/namespaces/${checkedName(system, "namespace", namespace)}/${plural}`;
  return `${folder}/${checkedName(system, kind, route.name)}`;
}

/** What was read of a route object, also of one that a write was answered with. */
export function readRouteObject(object: unknown, route: RouterRoute): ReadRoute {
  return routers[route.kind].read(object, { stable: route.stableService, canary: route.canaryService });
}

/** The route object; one that is not there, or a cluster that does not know its kind, is `misconfigured`. */
export async function readRoute(
  client: KubernetesClient,
  namespace: string,
  route: RouterRoute,
  signal?: AbortSignal,
): Promise<ReadRoute> {
  const { system } = client;
  const { group, kind } = routers[route.kind];
  try {
    return readRouteObject(await client.get(routePath(system, namespace, route), {}, signal), route);
  } catch (error) {
    if (!(error instanceof ExternalError) || error.status !== 404) throw error;
    const message =
      error.code === "notFound"
        ? `there is no ${kind} ${namespace}/${route.name}`
        : `the cluster does not know ${kind} (${group}): its custom resource is not installed`;
    throw misconfigured(system, message);
  }
}

/** `pod-template-hash` of the newest ReplicaSet, by which series of the two workloads' pods are told apart. */
export async function podHashOf(
  client: KubernetesClient,
  workload: Workload,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const options = { labelSelector: selectorQuery(workload.selector), signal };
  const path = listPath(client.system, "replicasets", workload.metadata.namespace);
  const { items } = await listAll(client, path, slimReplicaSet, options);
  const revision = (set: (typeof items)[number]) =>
    Number(set.metadata.annotations["deployment.kubernetes.io/revision"] ?? 0);
  return items
    .filter(({ metadata }) =>
      metadata.owners.some(({ uid, controller }) => controller && uid === workload.metadata.uid),
    )
    .sort((a, b) => revision(b) - revision(a))[0]?.metadata.labels["pod-template-hash"];
}

/** What a workload is told to be. */
export function declared(
  system: string,
  ref: KubernetesTargetRef,
  workload: Workload | undefined,
  podHash: string | undefined,
): DeclaredWorkload {
  if (!workload)
    return { exists: false, replicas: 0, digest: undefined, promotion: undefined, generation: 0, podHash: undefined };
  return {
    exists: true,
    replicas: workload.replicas,
    digest: digestOfImage(workload.containers.find(({ name }) => name === ref.container)?.image),
    promotion: workload.metadata.annotations[promotionAnnotation],
    generation: annotatedGeneration(system, workload),
    podHash,
  };
}

/** Made by Waybill as the canary of this workload. */
export function isOurs(ref: KubernetesTargetRef, canary: Workload): boolean {
  return canary.metadata.annotations[canaryOfAnnotation] === ref.workload.name;
}

/** The number of pods that Waybill set last; undefined where it is not written there. */
export function replicasSet(canary: Workload): number | undefined {
  const text = canary.metadata.annotations[replicasAnnotation];
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
