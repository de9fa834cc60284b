import { applyDocuments } from "@/lib/commands/apply-documents";
import { type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";

export type StagedRoute = "httpRoute" | "virtualService" | "replicas";

type Routed = Exclude<StagedRoute, "replicas">;

const routeApis = {
  httpRoute: { group: "gateway.networking.k8s.io", plural: "httproutes", kind: "HTTPRoute" },
  virtualService: { group: "networking.istio.io", plural: "virtualservices", kind: "VirtualService" },
};

/** Where staging's objects are in the cluster's API. */
function places(world: Pick<DemoWorld, "namespace">) {
  const namespace = world.namespace("staging");
  return {
    services: `/api/v1/namespaces/${namespace}/services`,
    deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    routes: (kind: Routed) => `/apis/${routeApis[kind].group}/v1/namespaces/${namespace}/${routeApis[kind].plural}`,
  };
}

type Hands = Pick<DemoWorld, "kubectl" | "namespace">;

/** What stands there under a name; undefined where nothing does. */
async function find({ kubectl }: Hands, path: string): Promise<Record<string, unknown> | undefined> {
  try {
    return await kubectl("GET", path);
  } catch (error) {
    if (String(error).includes(": 404 ")) return undefined;
    throw error;
  }
}

async function remove(world: Hands, path: string): Promise<void> {
  if (await find(world, path)) await world.kubectl("DELETE", path);
}

async function put(world: Hands, path: string, body: { metadata: { name: string } }): Promise<void> {
  await remove(world, `${path}/${body.metadata.name}`);
  await world.kubectl("POST", path, body);
}

const jsonPatch = "application/json-patch+json";

function routeObject(kind: Routed, name: string) {
  const canary = `${name}-canary`;
  const rules = [
    { matches: [{ headers: [{ name: "canary", value: "true" }] }], backendRefs: [{ name: canary, port: 80 }] },
    {
      backendRefs: [
        { name, port: 80, weight: 100 },
        { name: canary, port: 80, weight: 0 },
      ],
    },
  ];
  const http = [
    { match: [{ headers: { canary: { exact: "true" } } }], route: [{ destination: { host: canary } }] },
    {
      route: [
        { destination: { host: name }, weight: 100 },
        { destination: { host: canary }, weight: 0 },
      ],
    },
  ];
  const { group, kind: named } = routeApis[kind];
  const spec = kind === "httpRoute" ? { rules } : { hosts: [name], http };
  return { apiVersion: `${group}/v1`, kind: named, metadata: { name }, spec };
}

/** Puts a route and both Services before `service` of staging, whose pods get a label of their own. */
export async function stageRoute(world: Hands, service: string, kind: StagedRoute): Promise<void> {
  const { services, deployments, routes } = places(world);
  const serve = (name: string, selector: object) =>
    put(world, services, { metadata: { name }, spec: { selector, ports: [{ port: 80 }] } } as never);
  for (const one of ["httpRoute", "virtualService"] as const) await remove(world, `${routes(one)}/${service}`);
  const labels = { app: service, track: "stable" };
  const patch = { spec: { template: { metadata: { labels } } } };
  await world.kubectl("PATCH", `${deployments}/${service}`, patch, "application/merge-patch+json");
  await remove(world, `${services}/${service}-canary`);
  if (kind === "replicas") return serve(service, { app: service });
  await serve(service, labels);
  await serve(`${service}-canary`, { app: service, track: "canary" });
  await put(world, routes(kind), routeObject(kind, service));
}

const series = (hash: string, more = "") =>
  `sum(rate(http_requests_total{namespace='{namespace}',pod_template_hash='{${hash}}'${more}}[2s]))`;
const errorRate = (hash: string) => `${series(hash, ",status=~'5..'")} / ${series(hash)}`;

export interface StagedCanary {
  route: StagedRoute;
  /** As the project file writes it; 25 % and 50 % for a second each where nothing is said. */
  steps?: string;
  /** What the canary is asked in place of its error rate. */
  query?: string;
  deadline?: string;
  more?: string;
  rollBackWhen?: string;
}

/** The strategy of a target, in the project file's words. */
export function canaryStrategy(service: string, canary: StagedCanary): string {
  const { route, steps = "[{ weight: 25%, for: 1s }, { weight: 50%, for: 1s }]", query, deadline = "5m" } = canary;
  const at = route === "replicas" ? "{ replicas: true }" : `{ ${route}: ${service} }`;
  const metric = `{ name: error rate, connection: metrics, canary: "${query ?? errorRate("canaryHash")}", baseline: "${errorRate("stableHash")}", max: "+5%", window: 1s${canary.more ?? ""} }`;
  const back = canary.rollBackWhen ?? "[{ restarts: 3, within: 5m }]";
  return `{ canary: { route: ${at}, steps: ${steps}, analysis: { every: 1s, deadline: ${deadline}, metrics: [${metric}] }, rollBackWhen: ${back}, deadline: 5m } }`;
}

/** Applies the world's project file with a canary for `service` in staging. */
export async function applyCanary(
  world: DemoWorld,
  service: string,
  canary: StagedCanary,
  watch = "1s",
): Promise<void> {
  const target = `deployment: ${service}, container: ${service} } }`;
  const metrics = `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: metrics }
spec: { projects: [demo], prometheus: { url: "${world.cluster?.metricsUrl ?? world.sandbox.metricsUrl}" } }
---
`;
  const file = projectFile(world.sandbox, { watch, ...(world.cluster ? { cluster: world.cluster } : {}) });
  const namespace = world.namespace("staging");
  const at = file.indexOf(`staging: { kubernetes: { connection: cluster, namespace: ${namespace}, ${target}`);
  const end = file.indexOf(" } }", at) + 2;
  const text = `${metrics}${file.slice(0, end)}, strategy: ${canaryStrategy(service, canary)}${file.slice(end)}`;
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

/** The weights that the route of `service` says, stable first; undefined where it has none. */
export async function weightsOf(world: Hands, service: string, kind: Routed) {
  const found = await find(world, `${places(world).routes(kind)}/${service}`);
  const spec = found?.spec as { rules?: Rule[]; http?: Rule[] } | undefined;
  const shared = (spec?.rules ?? spec?.http)?.at(-1);
  return (shared?.backendRefs ?? shared?.route)?.map(({ weight }) => weight);
}

interface Rule {
  backendRefs?: { weight?: number }[];
  route?: { weight?: number }[];
}

/** Gives the canary another weight by hand. */
export async function setWeightByHand(world: Hands, service: string, weight: number): Promise<void> {
  const patch = [
    { op: "replace", path: "/spec/rules/1/backendRefs/1/weight", value: weight },
    { op: "replace", path: "/spec/rules/1/backendRefs/0/weight", value: 100 - weight },
  ];
  await world.kubectl("PATCH", `${places(world).routes("httpRoute")}/${service}`, patch, jsonPatch);
}

/** How many pods the canary Deployment of `service` asks for; undefined where there is none. */
export async function canaryReplicas(world: Hands, service: string): Promise<number | undefined> {
  const found = await find(world, `${places(world).deployments}/${service}-canary`);
  return (found?.spec as { replicas?: number } | undefined)?.replicas;
}

/** Lets a Deployment of staging run another digest of backend, by hand. */
export async function setDigestByHand(world: DemoWorld, deployment: string, digest: string): Promise<void> {
  const image = `${world.sandbox.registryHost}/demo-backend@${digest}`;
  const patch = [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: image }];
  await world.kubectl("PATCH", `${places(world).deployments}/${deployment}`, patch, jsonPatch);
}

/** Takes the canary Deployment away, as after a test that somebody else's hands were in. */
export async function removeCanaryByHand(world: Hands, service: string): Promise<void> {
  await remove(world, `${places(world).deployments}/${service}-canary`);
}
