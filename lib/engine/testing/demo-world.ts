import type { PersonPrincipal } from "@/lib/auth/principal";
import { signInDemoPeople } from "@/lib/auth/sign-in-demo-people";
import { announceRelease } from "@/lib/commands/announce-release";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { composeEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { Observer } from "@/lib/engine/observe";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import { hasEnded, type PromotionState } from "@/lib/pipeline/promotion/state";
import { WorkLoop } from "@/lib/worker/work-loop";
import { buildImage, type Fault } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";
import { type Sandbox, startSandbox } from "@/sandbox/start-sandbox";

export const services = ["backend", "chat"] as const;

/** A whole Waybill over a sandbox and a database of its own: commands, engine, worker loop and observer. */
export interface DemoWorld {
  database: Pick<TestDatabase, "url" | "close">;
  pool: Pool;
  sandbox: Sandbox;
  /** The cluster that the services run on, where that is not the sandbox's. */
  cluster: OtherCluster | undefined;
  /** The cluster's API as its administrator calls it; `type` is the body's. Throws what it says where that is no success. */
  kubectl(method: string, path: string, body?: object, type?: string): Promise<Record<string, unknown>>;
  /** The namespace of an environment. */
  namespace(environment: string): string;
  /** What is wrong with the images that were pushed, by digest. */
  faults: Map<string, Fault>;
  /** Where images are pushed and pulled: the sandbox's registry, or another one on loopback. */
  registryUrl: string;
  engine: Engine;
  people: Record<"rita" | "arjun" | "vera" | "ada" | "noor", PersonPrincipal>;
  /** Pushes an image and announces it as the release `service@version`. */
  release(service: (typeof services)[number], version: string, fault?: Fault): Promise<{ key: string; digest: string }>;
  startWorker(): void;
  /** Runs `work` while a worker's loop is at work in this process, which has stopped when this resolves. */
  withWorker<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when `accept` is true of the promotion; asked again after every change that is announced, or 50 ms. */
  until(id: string, accept: (state: PromotionState) => boolean, timeoutMs?: number): Promise<PromotionState>;
  ended(id: string, timeoutMs?: number): Promise<PromotionState>;
  /** From here on what is stored of the cluster is what the test writes; rollouts still look for themselves. */
  stopObserving(): Promise<void>;
  close(): Promise<void>;
}

/** The project of these tests: staging without gates, production with staging, an approval and a soak of a second. */
export function projectFile(
  sandbox: Sandbox,
  extra: Pick<
    DemoWorldOptions,
    "soak" | "watch" | "registryUrl" | "metricsUrl" | "verification" | "blueGreen" | "rollouts" | "canaries" | "cluster"
  > = {},
): string {
  const { verification, blueGreen } = extra;
  const { kubeconfigPath, servicesUrl } = extra.cluster ?? sandbox;
  const prefix = extra.cluster?.namespacePrefix ?? "demo";
  const target = (service: string, environment: string) => {
    const behind = blueGreen !== undefined && environment === "staging" ? `, service: ${service}` : "";
    const owned = extra.rollouts !== undefined && environment === "staging";
    const delegated = environment === "staging" ? (extra.rollouts ?? extra.canaries) : undefined;
    const own = delegated ? `, strategy: ${delegated.strategy}` : "";
    return `${environment}: { kubernetes: { connection: cluster, namespace: ${prefix}-${environment}, ${owned ? "rollout" : "deployment"}: ${service}, container: ${service}${behind} }${own} }`;
  };
  return `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: registry }
spec: { projects: [demo], registry: { url: "${extra.registryUrl ?? sandbox.registryUrl}" } }
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: cluster }
spec: { projects: [demo], kubernetes: { kubeconfig: "file:${kubeconfigPath}" } }
---
${verification ? metricsConnection(extra.metricsUrl ?? sandbox.metricsUrl) : ""}
apiVersion: waybill.dev/v1
kind: Project
metadata: { name: demo }
spec:
  people:
    - { group: release, role: releaseManager }
    - { group: approvers, role: approver }
    - { group: staff, role: viewer }
  environments:
    - name: staging
      tag: staging
      strategy: ${blueGreen === undefined ? "{ rolling: { deadline: 5m } }" : `{ blueGreen: ${blueGreen.replaceAll("SERVICES", servicesUrl)} }`}
      verification: ${
        verification?.staging ??
        `{ health: [{ url: "${servicesUrl}/{namespace}/{workload}/health" }], watch: ${extra.watch ?? "1s"} }`
      }
    - name: production
      tag: prod
      requires: { all: [staging] }
      gates:
        - approval: { count: 1, from: [approvers], expiresAfter: 1h }
        - soak: { in: staging, for: ${extra.soak ?? "1s"} }
      strategy: { rolling: { deadline: 5m } }
      verification: ${verification?.production ?? `{ watch: ${extra.watch ?? "1s"} }`}
  services:
${services
  .map(
    (service) => `    - name: ${service}
      image: { connection: registry, repository: demo-${service} }
      targets:
        ${target(service, "staging")}
        ${target(service, "production")}`,
  )
  .join("\n")}
`;
}

function metricsConnection(url: string): string {
  return `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: metrics }
spec: { projects: [demo], prometheus: { url: "${url}" } }
---
`;
}

/** A cluster that the world's services run on; whoever made it closes it. */
export interface OtherCluster {
  /** With the rights of deploy/rbac.yaml in `PREFIX-staging` and `PREFIX-production`, which exist. */
  kubeconfigPath: string;
  namespacePrefix: string;
  /** Answers `/NAMESPACE/NAME/health` and `/ready` as the pods behind the Service would. */
  servicesUrl: string;
  /** What every pod's spec says beside its container. */
  podSpec: Record<string, unknown>;
  /** What counts the requests to its pods; the sandbox's where it has none. */
  metricsUrl?: string;
  kubectl: DemoWorld["kubectl"];
  /** Told of the world once it is made: its faults say how pods behave. */
  play(world: Pick<DemoWorld, "faults">): void;
}

export interface DemoWorldOptions {
  soak?: string;
  watch?: string;
  /** `verification` of an environment as the project file writes it, in one line; in place of health and watch. */
  verification?: { staging?: string; production?: string };
  /** Another source of metrics, in place of the sandbox's. */
  metricsUrl?: string;
  /** Staging goes by two colours, as this says (SERVICES: the sandbox's). Every service is blue, behind a Service and a preview. */
  blueGreen?: string;
  /** In staging every service is a Rollout of Argo Rollouts with these steps, and this is the target's strategy. */
  rollouts?: { strategy: string; steps: object[]; progressDeadlineSeconds?: number };
  /** In staging Flagger owns every service, by a Canary with this analysis; this is the target's strategy. */
  canaries?: { strategy: string; analysis: object };
  /** Another cluster, in place of the sandbox's. */
  cluster?: OtherCluster;
  /** False: no loop takes the due work until startWorker or withWorker. */
  worker?: boolean;
  /** A database of the test's own making, in place of a clone of the template. */
  database?: Pick<TestDatabase, "url" | "close">;
  /** Another registry on loopback, in place of the sandbox's. */
  registryUrl?: string;
  /** Where the sandbox keeps its state, for a test that stops and starts it. */
  sandboxFolder?: string;
}

/** Builds the world: two services run v1.0.0 in both environments, nothing was promoted yet. */
export async function createDemoWorld(extra: DemoWorldOptions = {}): Promise<DemoWorld> {
  const sandboxOptions = { speed: 20, ...(extra.sandboxFolder ? { dataFolder: extra.sandboxFolder } : {}) };
  const [database, sandbox] = await Promise.all([extra.database ?? createTestDatabase(), startSandbox(sandboxOptions)]);
  const pool = createPool(database.url);
  const engine = { ...composeEngine(pool), log: () => undefined };
  const people = await signInDemoPeople(pool);
  const stop = new AbortController();
  const observer = new Observer(engine, stop.signal);
  const loop = new WorkLoop(engine, { concurrency: 4, sweepMs: 200 });
  const world: DemoWorld = {
    ...{ database, pool, sandbox, engine, people, registryUrl: extra.registryUrl ?? sandbox.registryUrl },
    cluster: extra.cluster,
    faults: new Map(),
    namespace: (environment) => `${extra.cluster?.namespacePrefix ?? "demo"}-${environment}`,
    kubectl: extra.cluster?.kubectl ?? ((...call) => sandboxKubectl(sandbox, ...call)),
    release: (service, version, fault) => release(world, service, version, fault),
    startWorker: () => loop.start(),
    async withWorker(work) {
      const passing = new WorkLoop(engine, { concurrency: 4, sweepMs: 200 });
      passing.start();
      try {
        return await work();
      } finally {
        await passing.stop(5_000);
      }
    },
    until: (id, accept, timeoutMs = 120_000) => until(pool, id, accept, timeoutMs),
    ended: (id, timeoutMs) => world.until(id, (state) => hasEnded(state.phase), timeoutMs),
    stopObserving: () => observer.close(),
    async close() {
      stop.abort();
      await loop.stop(5_000);
      await observer.close();
      await world.sandbox.close();
      await pool.close();
      await database.close();
    },
  };
  extra.cluster?.play(world);
  for (const service of services) await deploy(world, service, extra);
  const applied = await applyDocuments(engine, people.ada, { text: projectFile(sandbox, extra) });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied.errors));
  world.people = await signInDemoPeople(pool);
  await observer.refresh();
  await allFound(pool);
  if (extra.worker !== false) loop.start();
  return world;
}

async function deploy(world: DemoWorld, service: string, extra: DemoWorldOptions): Promise<void> {
  const { registryUrl } = world;
  const coloured = extra.blueGreen !== undefined;
  const labels = { app: service, ...(coloured ? { version: "blue" } : {}) };
  const image = buildImage({ content: service, version: "v1.0.0" });
  const digest = await pushImage(image, { registryUrl, repository: `demo-${service}`, tag: "v1.0.0" });
  const containers = [{ name: service, image: `${new URL(registryUrl).host}/demo-${service}@${digest}` }];
  for (const environment of ["staging", "production"]) {
    const namespace = world.namespace(environment);
    if (!extra.cluster) await create(world, "/api/v1/namespaces", { metadata: { name: namespace } });
    const spec = {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...extra.cluster?.podSpec, containers } },
    };
    if (extra.rollouts && environment === "staging") await createRollout(world, service, spec, extra.rollouts);
    else {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      await create(world, path, { metadata: { name: service, namespace }, spec });
    }
    if (extra.canaries && environment === "staging") await createCanary(world, service, extra.canaries.analysis);
    for (const name of coloured ? [service, `${service}-preview`] : []) {
      const spec = { selector: labels, ports: [{ port: 80 }] };
      await create(world, `/api/v1/namespaces/${namespace}/services`, { metadata: { name, namespace }, spec });
    }
  }
}

async function createRollout(
  world: DemoWorld,
  service: string,
  spec: object,
  { steps, progressDeadlineSeconds }: NonNullable<DemoWorldOptions["rollouts"]>,
): Promise<void> {
  const namespace = world.namespace("staging");
  await create(world, `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts`, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: service, namespace },
    spec: { ...spec, ...(progressDeadlineSeconds ? { progressDeadlineSeconds } : {}), strategy: { canary: { steps } } },
  });
  const selector = { app: service };
  await create(world, `/api/v1/namespaces/${namespace}/services`, {
    ...{ metadata: { name: service, namespace }, spec: { selector, ports: [{ port: 80 }] } },
  });
}

/** The Canary over a service's Deployment, and the Service that leads to its primary, as Flagger makes it. */
async function createCanary(world: DemoWorld, service: string, analysis: object): Promise<void> {
  const namespace = world.namespace("staging");
  const spec = { targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: service }, analysis };
  await create(world, `/apis/flagger.app/v1beta1/namespaces/${namespace}/canaries`, {
    ...{ apiVersion: "flagger.app/v1beta1", kind: "Canary", metadata: { name: service, namespace }, spec },
  });
  const selector = { app: `${service}-primary` };
  await create(world, `/api/v1/namespaces/${namespace}/services`, {
    ...{ metadata: { name: service, namespace }, spec: { selector, ports: [{ port: 80 }] } },
  });
}

/** What stands there already stays. */
async function create(world: DemoWorld, path: string, body: object): Promise<void> {
  await world.kubectl("POST", path, body).catch((error: Error) => {
    if (!error.message.includes(": 409 ")) throw error;
  });
}

/** A call of the sandbox's cluster as its administrator. */
export async function sandboxKubectl(
  { clusterUrl, tokens }: Sandbox,
  method: string,
  path: string,
  body?: object,
  type = "application/json",
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${clusterUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens.admin}`, "content-type": type },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

async function release(world: DemoWorld, service: string, version: string, fault?: Fault) {
  const { engine, people } = world;
  const image = buildImage({ content: `${service} ${version}`, version, fault });
  const digest = await pushImage(image, {
    registryUrl: world.registryUrl,
    repository: `demo-${service}`,
    tag: version,
  });
  if (fault) world.faults.set(digest, fault);
  const announced = await announceRelease(engine, people.rita, {
    project: "demo",
    version,
    artifacts: [{ service, image: `demo-${service}@${digest}` }],
  });
  if (announced.kind === "rejection") throw new Error(announced.message);
  return { key: announced.key, digest };
}

/** Resolves when `accept` is true of the promotion; throws with where it stays after `timeoutMs`. */
export async function until(
  pool: Pool,
  id: string,
  accept: (state: PromotionState) => boolean,
  timeoutMs: number,
): Promise<PromotionState> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const state = await loadPromotion(pool, id.slice(0, id.lastIndexOf("-")), id);
    if (state && accept(state)) return state;
    if (performance.now() > end)
      throw new Error(`${id} stayed ${state?.phase}: ${JSON.stringify(state).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Resolves when every deployment was seen healthy. */
export async function allFound(pool: Pool): Promise<void> {
  const end = performance.now() + 90_000;
  for (;;) {
    const [row] = await pool.query<{ missing: number }>(
      sql`select count(*) as missing from deployment where observed_digest is null or wanted_digest is null
            or health <> 'healthy'`,
    );
    if (row?.missing === 0) return;
    if (performance.now() > end) throw new Error(`${row?.missing} deployments were not seen healthy`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
