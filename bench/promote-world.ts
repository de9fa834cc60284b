import { AppsV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { type BenchProcess, startTypeScript } from "@/bench/start-process";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { signInDemoPeople } from "@/lib/auth/sign-in-demo-people";
import { announceRelease } from "@/lib/commands/announce-release";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { getEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { buildImage, type Fault } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

export const PROJECT = "bench";
/** Each has one promotion in flight for as long as the bench runs. */
export const BUSY = 100;
/** Their promotions are measured, one after another. */
export const QUICK = 20;

const busy = names("busy", BUSY);
export const quick = names("quick", QUICK);
export const bare = names("bare", QUICK);

interface SandboxAddresses {
  registryUrl: string;
  registryHost: string;
  servicesUrl: string;
  kubeconfigPath: string;
  adminKubeconfigPath: string;
}

export interface PromoteWorld {
  sandbox: SandboxAddresses;
  engine: Engine;
  manager: PersonPrincipal;
  /** By repository and version; all of them are announced as releases `service@version`. */
  images: Map<string, string>;
  stop(): Promise<void>;
}

/**
 * A sandbox, a worker and a project in which a hundred promotions are in flight: half stay in their rollout, because
 * their pods never become ready, half in their verification, because they are watched for long.
 */
export async function createPromoteWorld(databaseUrl: string, versions: number): Promise<PromoteWorld> {
  const processes: BenchProcess[] = [];
  const stop = async () => {
    for (const one of [...processes].reverse()) await one.stop();
  };
  try {
    const begun = await startTypeScript("sandbox/main.ts", "kubeconfigPath");
    processes.push(begun);
    const sandbox = JSON.parse(begun.ready) as SandboxAddresses;
    const engine = getEngine();
    const images = await pushImages(sandbox, versions);
    await createWorkloads(sandbox, images);
    const { ada } = await signInDemoPeople(engine.pool);
    const applied = await applyDocuments(engine, ada, { text: projectFile(sandbox) });
    if (applied.kind !== "applied") throw new Error(`the project file is refused: ${JSON.stringify(applied.errors)}`);
    const { rita } = await signInDemoPeople(engine.pool);
    await announceAll(engine, rita, images);
    processes.push(
      await startTypeScript("lib/worker/main.ts", "the worker is at work", {
        env: { WAYBILL_ROLE: "worker", WORKER_PORT: "0", LOG_LEVEL: "info", WAYBILL_DATABASE_URL: databaseUrl },
      }),
    );
    await allFound(engine);
    await keepBusy(engine, rita);
    return { sandbox, engine, manager: rita, images, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function names(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${String(index + 1).padStart(3, "0")}`);
}

async function pushImages({ registryUrl }: SandboxAddresses, versions: number): Promise<Map<string, string>> {
  const images = new Map<string, string>();
  const push = async (service: string, version: string, fault?: Fault) => {
    const image = buildImage({ content: `${service} ${version}`, version, fault });
    images.set(`${service}@${version}`, await pushImage(image, { registryUrl, repository: service, tag: version }));
  };
  for (const service of [...busy, ...quick, ...bare]) await push(service, "v1.0.0");
  for (const [index, service] of busy.entries()) await push(service, "v1.1.0", index % 2 === 0 ? "unready" : undefined);
  for (const service of quick) {
    for (let version = 1; version <= versions; version++) await push(service, `v1.${version}.0`);
  }
  for (const service of bare) await push(service, "v1.1.0");
  return images;
}

async function createWorkloads(sandbox: SandboxAddresses, images: Map<string, string>): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(sandbox.adminKubeconfigPath);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const places = { "bench-staging": busy, "bench-testing": quick, "bench-bare": bare };
  for (const [namespace, services] of Object.entries(places)) {
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    for (const name of services) {
      const image = `${sandbox.registryHost}/${name}@${images.get(`${name}@v1.0.0`)}`;
      const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name, image }] } };
      const spec = { replicas: 2, selector: { matchLabels: { app: name } }, template };
      await apps.createNamespacedDeployment({ namespace, body: { metadata: { name, namespace }, spec } });
    }
  }
}

function projectFile({ registryUrl, kubeconfigPath, servicesUrl }: SandboxAddresses): string {
  const service = (environment: string) => (name: string) =>
    `    - name: ${name}
      image: { connection: registry, repository: ${name} }
      targets:
        ${environment}: { kubernetes: { connection: cluster, namespace: bench-${environment}, deployment: ${name}, container: ${name} } }`;
  return `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: registry }
spec: { projects: [${PROJECT}], registry: { url: "${registryUrl}" } }
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: cluster }
spec: { projects: [${PROJECT}], kubernetes: { kubeconfig: "file:${kubeconfigPath}" } }
---
apiVersion: waybill.dev/v1
kind: Project
metadata: { name: ${PROJECT} }
spec:
  people:
    - { group: release, role: releaseManager }
  environments:
    - name: testing
      strategy: { rolling: { deadline: 2m } }
      verification: { watch: 1s }
    - name: staging
      tag: staging
      strategy: { rolling: { deadline: 30m } }
      verification:
        health: [{ url: "${servicesUrl}/{namespace}/{workload}/health" }]
        watch: 30m
  services:
${[...quick.map(service("testing")), ...busy.map(service("staging"))].join("\n")}
`;
}

async function announceAll(engine: Engine, manager: PersonPrincipal, images: Map<string, string>): Promise<void> {
  for (const [key, digest] of images) {
    const [service = "", version = ""] = key.split("@");
    if (bare.includes(service) || version === "v1.0.0") continue;
    const artifacts = [{ service, image: `${service}@${digest}` }];
    const announced = await announceRelease(engine, manager, { project: PROJECT, version, artifacts });
    if (announced.kind === "rejection") throw new Error(`${key}: ${announced.message}`);
  }
}

/** The worker has seen what runs at every target. */
async function allFound({ pool }: Engine): Promise<void> {
  await until("every deployment is observed", async () => {
    const [row] = await pool.query<{ left: number }>(
      sql`select count(*) as left from deployment where project = ${PROJECT} and wanted_digest is null`,
    );
    return row?.left === 0;
  });
}

async function keepBusy(engine: Engine, manager: PersonPrincipal): Promise<void> {
  for (const service of busy) {
    const asked = {
      project: PROJECT,
      environment: "staging",
      release: `${service}@v1.1.0`,
      idempotencyKey: `${service}-1`,
    };
    const requested = await requestPromotion(engine, manager, asked);
    if (requested.kind === "rejection") throw new Error(`${service}: ${requested.message}`);
  }
  await until("half are rolling out, half are verified", async () => {
    const { rollingOut, verifying } = await inFlight(engine);
    return rollingOut === BUSY / 2 && verifying === BUSY / 2;
  });
}

/** How many promotions of the busy services are in which phase. */
export async function inFlight({ pool }: Engine): Promise<{ rollingOut: number; verifying: number }> {
  const rows = await pool.query<{ phase: string; count: number }>(
    sql`select phase, count(*) as count from promotion
         where project = ${PROJECT} and environment = 'staging' and ended_at is null group by phase`,
  );
  const of = (phase: string) => rows.find((row) => row.phase === phase)?.count ?? 0;
  return { rollingOut: of("rollingOut"), verifying: of("verifying") };
}

/** Asks again and again until it is true; throws after 90 s. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 90_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not after 90 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
