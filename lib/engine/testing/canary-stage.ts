import { applyDocuments } from "@/lib/commands/apply-documents";
import { type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";

export type StagedRoute = "httpRoute" | "virtualService" | "replicas";

const namespace = "demo-staging";
const apis = {
  httpRoute: `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`,
  virtualService: `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`,
};
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** An administrator's hands on the sandbox's cluster. */
export function clusterHands({ sandbox }: Pick<DemoWorld, "sandbox">) {
  async function call(method: string, path: string, body?: unknown, type = "application/json") {
    const answer = await fetch(`${sandbox.clusterUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${sandbox.tokens.admin}`, "content-type": type },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const found = (await answer.json()) as { spec?: Record<string, unknown>; metadata?: Record<string, unknown> };
    if (!answer.ok && answer.status !== 404)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(found)}`);
    return { status: answer.status, body: found };
  }
  return {
    get: (path: string) => call("GET", path),
    remove: (path: string) => call("DELETE", path),
    patch: (path: string, body: unknown) => call("PATCH", path, body, "application/merge-patch+json"),
    patchList: (path: string, body: unknown) => call("PATCH", path, body, "application/json-patch+json"),
    async put(path: string, body: { metadata: { name: string } }) {
      await call("DELETE", `${path}/${body.metadata.name}`);
      await call("POST", path, body);
    },
  };
}

function routeObject(kind: "httpRoute" | "virtualService", name: string) {
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
  return { metadata: { name }, spec: kind === "httpRoute" ? { rules } : { http } };
}

/** Puts a route and both Services before `service` of staging, whose pods get a label of their own. */
export async function stageRoute(world: Pick<DemoWorld, "sandbox">, service: string, kind: StagedRoute): Promise<void> {
  const hands = clusterHands(world);
  const services = `/api/v1/namespaces/${namespace}/services`;
  const serve = (name: string, selector: object) =>
    hands.put(services, { metadata: { name }, spec: { selector, ports: [{ port: 80 }] } } as never);
  for (const api of Object.values(apis)) await hands.remove(`${api}/${service}`);
  await hands.patch(`${deployments}/${service}`, {
    spec: { template: { metadata: { labels: { app: service, track: "stable" } } } },
  });
  await hands.remove(`${services}/${service}-canary`);
  if (kind === "replicas") return serve(service, { app: service });
  await serve(service, { app: service, track: "stable" });
  await serve(`${service}-canary`, { app: service, track: "canary" });
  await hands.put(apis[kind], routeObject(kind, service));
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
  const { route, steps = "[{ weight: 25%, for: 1s }, { weight: 50%, for: 1s }]", query, deadline = "20s" } = canary;
  const at = route === "replicas" ? "{ replicas: true }" : `{ ${route}: ${service} }`;
  const metric = `{ name: error rate, connection: metrics, canary: "${query ?? errorRate("canaryHash")}", baseline: "${errorRate("stableHash")}", max: "+5%", window: 1s${canary.more ?? ""} }`;
  const back = canary.rollBackWhen ?? "[{ restarts: 3, within: 5m }]";
  return `{ canary: { route: ${at}, steps: ${steps}, analysis: { every: 1s, deadline: ${deadline}, metrics: [${metric}] }, rollBackWhen: ${back}, deadline: 20s } }`;
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
spec: { projects: [demo], prometheus: { url: "${world.sandbox.metricsUrl}" } }
---
`;
  const file = projectFile(world.sandbox, { watch });
  const at = file.indexOf(`staging: { kubernetes: { connection: cluster, namespace: demo-staging, ${target}`);
  const end = file.indexOf(" } }", at) + 2;
  const text = `${metrics}${file.slice(0, end)}, strategy: ${canaryStrategy(service, canary)}${file.slice(end)}`;
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

/** The weights that the route of `service` says, stable first; undefined where it has none. */
export async function weightsOf(world: DemoWorld, service: string, kind: "httpRoute" | "virtualService") {
  const { body } = await clusterHands(world).get(`${apis[kind]}/${service}`);
  const rules = (body.spec?.rules ?? body.spec?.http) as { backendRefs?: Weighted[]; route?: Weighted[] }[] | undefined;
  const shared = rules?.at(-1);
  return (shared?.backendRefs ?? shared?.route)?.map(({ weight }) => weight);
}

interface Weighted {
  weight?: number;
}

/** Gives the canary another weight by hand. */
export async function setWeightByHand(world: DemoWorld, service: string, weight: number): Promise<void> {
  await clusterHands(world).patchList(`${apis.httpRoute}/${service}`, [
    { op: "replace", path: "/spec/rules/1/backendRefs/1/weight", value: weight },
    { op: "replace", path: "/spec/rules/1/backendRefs/0/weight", value: 100 - weight },
  ]);
}

/** How many pods the canary Deployment of `service` asks for; undefined where there is none. */
export async function canaryReplicas(world: DemoWorld, service: string): Promise<number | undefined> {
  const { status, body } = await clusterHands(world).get(`${deployments}/${service}-canary`);
  return status === 404 ? undefined : (body.spec?.replicas as number);
}

/** Lets a Deployment of staging run another digest of backend, by hand. */
export async function setDigestByHand(world: DemoWorld, deployment: string, digest: string): Promise<void> {
  const image = `${world.sandbox.registryHost}/demo-backend@${digest}`;
  await clusterHands(world).patchList(`${deployments}/${deployment}`, [
    { op: "replace", path: "/spec/template/spec/containers/0/image", value: image },
  ]);
}

/** Takes the canary Deployment away, as after a test that somebody else's hands were in. */
export async function removeCanaryByHand(world: DemoWorld, service: string): Promise<void> {
  await clusterHands(world).remove(`${deployments}/${service}-canary`);
}
