import { AppsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import type { MetricsServer } from "@/bench/metrics-server";
import { startTypeScript } from "@/bench/start-process";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { signInDemoPeople } from "@/lib/auth/sign-in-demo-people";
import { announceRelease } from "@/lib/commands/announce-release";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { Observer } from "@/lib/engine/observe";
import { buildImage } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

export const PROJECT = "canaries";
/** How often each canary is looked at; the example's pace in the project file. */
export const INTERVAL_MS = 30_000;
const namespace = "bench-canaries";
const group = "gateway.networking.k8s.io";

interface SandboxAddresses {
  registryUrl: string;
  registryHost: string;
  kubeconfigPath: string;
  adminKubeconfigPath: string;
}

/** Services whose next release is announced, each to be carried by a canary over an HTTPRoute of its own. */
export interface CanariesWorld {
  /** Asks for all promotions; they stand in their first share once the worker has brought them there. */
  begin(): Promise<void>;
  stop(): Promise<void>;
}

/** A sandbox's cluster, a process of its own, with `count` services that run v1.0.0 behind their routes. */
export async function createCanariesWorld(
  engine: Engine,
  metrics: MetricsServer,
  count: number,
): Promise<CanariesWorld> {
  const services = Array.from({ length: count }, (_, index) => `service-${String(index + 1).padStart(3, "0")}`);
  const begun = await startTypeScript("sandbox/main.ts", "kubeconfigPath", { args: ["--speed", "20"] });
  try {
    const sandbox = JSON.parse(begun.ready) as SandboxAddresses;
    const images = await pushImages(sandbox, services);
    await createWorkloads(sandbox, services, images);
    const text = projectFile(sandbox, metrics.url, services);
    const applied = await applyDocuments(engine, (await signInDemoPeople(engine.pool)).ada, { text });
    if (applied.kind !== "applied") throw new Error(`the project file is refused: ${JSON.stringify(applied.errors)}`);
    const { rita } = await signInDemoPeople(engine.pool);
    await observeOnce(engine);
    await announceAll(engine, rita, images);
    return { begin: () => requestAll(engine, rita, services), stop: begun.stop };
  } catch (error) {
    await begun.stop();
    throw error;
  }
}

/** Does it for all of them, ten at a time. */
async function forEach(all: readonly string[], work: (one: string) => Promise<void>): Promise<void> {
  const left = [...all];
  const take = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: 10 }, take));
}

/** By repository and version. */
async function pushImages(
  { registryUrl }: SandboxAddresses,
  services: readonly string[],
): Promise<Map<string, string>> {
  const images = new Map<string, string>();
  for (const version of ["v1.0.0", "v1.1.0"]) {
    const image = buildImage({ content: `canary ${version}`, version });
    await forEach(services, async (repository) => {
      images.set(`${repository}@${version}`, await pushImage(image, { registryUrl, repository, tag: version }));
    });
  }
  return images;
}

function routeOf(name: string) {
  const backendRefs = [
    { name, port: 80, weight: 100 },
    { name: `${name}-canary`, port: 80, weight: 0 },
  ];
  return {
    apiVersion: `${group}/v1`,
    kind: "HTTPRoute",
    metadata: { name, namespace },
    spec: { rules: [{ backendRefs }] },
  };
}

async function createWorkloads(
  sandbox: SandboxAddresses,
  services: readonly string[],
  images: Map<string, string>,
): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(sandbox.adminKubeconfigPath);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const custom = config.makeApiClient(CustomObjectsApi);
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  await forEach(services, async (name) => {
    const labels = { app: name, track: "stable" };
    const image = `${sandbox.registryHost}/${name}@${images.get(`${name}@v1.0.0`)}`;
    const template = { metadata: { labels }, spec: { containers: [{ name, image }] } };
    const spec = { replicas: 1, selector: { matchLabels: { app: name } }, template };
    await apps.createNamespacedDeployment({ namespace, body: { metadata: { name, namespace }, spec } });
    for (const track of ["stable", "canary"]) {
      const behind = { selector: { app: name, track }, ports: [{ port: 80 }] };
      const metadata = { name: track === "stable" ? name : `${name}-canary` };
      await core.createNamespacedService({ namespace, body: { metadata, spec: behind } });
    }
    await custom.createNamespacedCustomObject({
      group,
      version: "v1",
      namespace,
      plural: "httproutes",
      body: routeOf(name),
    });
  });
}

/** Two of the five are compared with the stable version at the same moment; one is also what goes back at once. */
const analysis = `every: ${INTERVAL_MS / 1000}s
            metrics:
${Array.from({ length: 5 }, (_, index) => {
  const ask = (hash: string) => `sum(rate(requests_total{pod_template_hash="{${hash}}",part="${index}"}[1m]))`;
  const compared = index < 2 ? `, baseline: '${ask("stableHash")}', max: "+1%", window: 1m` : ", max: 5%";
  return `              - { name: metric ${index}, connection: metrics, canary: '${ask("canaryHash")}'${compared} }`;
}).join("\n")}`;

function serviceText(name: string): string {
  return `    - name: ${name}
      image: { connection: registry, repository: ${name} }
      targets:
        production:
          kubernetes: { connection: cluster, namespace: ${namespace}, deployment: ${name}, container: ${name} }
          strategy:
            canary:
              route: { httpRoute: ${name}, stableService: ${name} }
              steps: [{ weight: 5%, for: 12h }]
              analysis:
                ${analysis.replaceAll("\n", "\n    ")}
              rollBackWhen: [{ metric: metric 2, above: 20% }]`;
}

function projectFile(sandbox: SandboxAddresses, metricsUrl: string, services: readonly string[]): string {
  const connection = (name: string, spec: string) =>
    `apiVersion: waybill.dev/v1\nkind: Connection\nmetadata: { name: ${name} }\nspec: { projects: [${PROJECT}], ${spec} }\n---\n`;
  return `${connection("registry", `registry: { url: "${sandbox.registryUrl}" }`)}${connection(
    "cluster",
    `kubernetes: { kubeconfig: "file:${sandbox.kubeconfigPath}" }`,
  )}${connection("metrics", `prometheus: { url: "${metricsUrl}" }`)}apiVersion: waybill.dev/v1
kind: Project
metadata: { name: ${PROJECT} }
spec:
  people:
    - { group: release, role: releaseManager }
  environments:
    - name: production
      strategy: { rolling: { deadline: 2m } }
      verification: { watch: 1s }
  services:
${services.map(serviceText).join("\n")}
`;
}

/** What runs at every target is seen once, so that each canary has something to be compared with. */
async function observeOnce(engine: Engine): Promise<void> {
  const observer = new Observer(engine, new AbortController().signal);
  await observer.refresh();
  try {
    await until("every deployment is seen healthy", async () => {
      const [row] = await engine.pool.query<{ left: number }>(
        sql`select count(*) as left from deployment where wanted_digest is null or health <> 'healthy'`,
      );
      return row?.left === 0;
    });
  } finally {
    await observer.close();
  }
}

async function announceAll(engine: Engine, manager: PersonPrincipal, images: Map<string, string>): Promise<void> {
  for (const [key, digest] of images) {
    const [service = "", version = ""] = key.split("@");
    if (version === "v1.0.0") continue;
    const artifacts = [{ service, image: `${service}@${digest}` }];
    const announced = await announceRelease(engine, manager, { project: PROJECT, version, artifacts });
    if (announced.kind === "rejection") throw new Error(`${key}: ${announced.message}`);
  }
}

async function requestAll(engine: Engine, manager: PersonPrincipal, services: readonly string[]): Promise<void> {
  await forEach(services, async (service) => {
    const asked = {
      project: PROJECT,
      environment: "production",
      release: `${service}@v1.1.0`,
      idempotencyKey: service,
    };
    const requested = await requestPromotion(engine, manager, asked);
    if (requested.kind === "rejection") throw new Error(`${service}: ${requested.message}`);
  });
}

/** Asks again and again until it is true; throws after four minutes. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 240_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not after 240 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
