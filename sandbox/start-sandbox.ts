import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { RolloutController } from "./cluster/argo/rollout-controller";
import { createClusterApi } from "./cluster/cluster-api";
import { DeploymentController } from "./cluster/deployment-controller";
import { FlaggerController } from "./cluster/flagger/flagger-controller";
import { createImagePuller, type ImagePuller } from "./cluster/image-puller";
import { JobController } from "./cluster/job-controller";
import { Kubelet } from "./cluster/kubelet";
import { ObjectStore } from "./cluster/object-store";
import { answeringPods, runningWorkloads } from "./cluster/running-workloads";
import { StatefulSetController } from "./cluster/stateful-set-controller";
import { createDemoServices } from "./demo-services";
import { listen } from "./http-server";
import { type Identity, readIdentity, writeIdentity, writeKubeconfig } from "./identity";
import { createMetricsApi } from "./metrics/metrics-api";
import { Traffic } from "./metrics/traffic";
import { ImageStore } from "./registry/image-store";
import { createRegistryApi } from "./registry/registry-api";
import { createRegistryAuth, type RegistryAuthMode } from "./registry/registry-auth";
import { seedSandbox } from "./seed";
import type { SeedList } from "./seed-list";
import { demoPlatforms, platformsOf } from "./seed-platforms";
import { SmokeJobs } from "./smoke-jobs";

export interface SandboxOptions {
  /** 0 (the default) is the port it had last, or any free one. */
  registryPort?: number;
  clusterPort?: number;
  metricsPort?: number;
  servicesPort?: number;
  /** Without one, it lives in a temporary folder that `close` removes. */
  dataFolder?: string;
  /** How many times faster than usual the cluster's clock runs; 1 takes seconds for a rollout. */
  speed?: number;
  /** Fills an empty sandbox with the demo's platforms, or those of these names, and waits until they run. */
  seed?: boolean | readonly string[];
  registryAuth?: RegistryAuthMode;
  /** False: nobody runs the pods, and a test writes their status itself. */
  kubelet?: boolean;
  /** How many events a watch can go back. */
  historySize?: number;
}

export interface Sandbox {
  registryUrl: string;
  /** `host:port`, as images name it. */
  registryHost: string;
  clusterUrl: string;
  metricsUrl: string;
  servicesUrl: string;
  dataFolder: string;
  /** For the `waybill` token, which may do what deploy/rbac.yaml grants. */
  kubeconfigPath: string;
  adminKubeconfigPath: string;
  tokens: { admin: string; waybill: string };
  seed: SeedList | undefined;
  close(): Promise<void>;
}

const trafficEveryMs = 250;
/** What never comes up is found out; how long a loaded machine takes decides nothing. */
const seedTimeoutMs = 180_000;

/** Starts all four servers on loopback; resolves when they answer (and, seeded, when the platforms run). */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const speed = options.speed ?? 1;
  if (!(speed > 0)) throw new Error(`speed ${speed}: a number above 0 is needed`);
  const plans = options.seed ? platformsOf(options.seed === true ? demoPlatforms : options.seed) : [];
  const dataFolder = resolve(options.dataFolder ?? mkdtempSync(join(tmpdir(), "waybill-sandbox-")));
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const identity = readIdentity(dataFolder);
  await refuseSecond(dataFolder, identity);
  const images = new ImageStore(join(dataFolder, "registry"));
  const store = new ObjectStore(join(dataFolder, "cluster"), options.historySize);
  const puller = createImagePuller(images, () => identity.registryHosts);
  const traffic = new Traffic();
  const workloads = () => runningWorkloads(store, puller);

  const auth = createRegistryAuth(options.registryAuth ?? { kind: "anonymous" });
  const cluster = createClusterApi(store, { tokens: identity.tokens, images: puller, bookmarkMs: 30_000 / speed });
  const about = { dataFolder, process: process.pid };
  const services = createDemoServices({
    pods: (request) => answeringPods(store, puller, request),
    seed: () => identity.seed ?? { projects: [] },
    about,
    jobs: new SmokeJobs(speed),
    slowMs: 1500 / speed,
  });
  const { ports } = identity;
  const servers = {
    registry: await listen(createRegistryApi(images, auth), options.registryPort ?? 0, ports.registry),
    cluster: await listen(cluster, options.clusterPort ?? 0, ports.cluster),
    metrics: await listen(createMetricsApi(traffic), options.metricsPort ?? 0, ports.metrics),
    services: await listen(services, options.servicesPort ?? 0, ports.services),
  };
  for (const name of ["registry", "cluster", "metrics", "services"] as const) ports[name] = servers[name].port;
  const registryHost = `127.0.0.1:${servers.registry.port}`;
  identity.registryHosts = [
    ...new Set([...identity.registryHosts, registryHost, `localhost:${servers.registry.port}`]),
  ];
  writeIdentity(dataFolder, identity);

  const stop = runControllers(store, puller, speed, options.kubelet ?? true);
  const meter = setInterval(() => traffic.observe(workloads(), Date.now()), trafficEveryMs);
  traffic.observe(workloads(), Date.now());
  async function close(): Promise<void> {
    stop();
    clearInterval(meter);
    await Promise.all(Object.values(servers).map((server) => server.close()));
    store.close();
    if (options.dataFolder === undefined) rmSync(dataFolder, { recursive: true, force: true });
  }
  const clusterUrl = servers.cluster.url;
  const { admin, waybill } = identity.tokens;
  const sandbox = {
    registryUrl: servers.registry.url,
    registryHost,
    clusterUrl,
    metricsUrl: servers.metrics.url,
    servicesUrl: servers.services.url,
    dataFolder,
    kubeconfigPath: writeKubeconfig(dataFolder, "kubeconfig", clusterUrl, "waybill", waybill),
    adminKubeconfigPath: writeKubeconfig(dataFolder, "admin.kubeconfig", clusterUrl, "admin", admin),
    tokens: identity.tokens,
  };
  if (options.seed && identity.seed === undefined) {
    identity.seededAt ??= new Date().toISOString();
    writeIdentity(dataFolder, identity);
    const target = { images, registryHost, clusterUrl, adminToken: admin };
    identity.seed = await seedSandbox(target, plans, new Date(identity.seededAt));
    writeIdentity(dataFolder, identity);
    if (options.kubelet ?? true) await untilAllRun(store, puller);
  }
  return { ...sandbox, seed: identity.seed, close };
}

/** Two processes on one data folder would overwrite each other's objects. */
async function refuseSecond(dataFolder: string, identity: Identity): Promise<void> {
  if (identity.ports.services === 0) return;
  const address = `http://127.0.0.1:${identity.ports.services}/sandbox/about`;
  const other: unknown = await fetch(address, { signal: AbortSignal.timeout(1000) })
    .then((answer) => answer.json())
    .catch(() => undefined);
  const { dataFolder: taken, process: id } = (other ?? {}) as { dataFolder?: unknown; process?: unknown };
  if (taken === dataFolder) throw new Error(`another sandbox (process ${id}) uses ${dataFolder}: stop it first`);
}

function runControllers(store: ObjectStore, images: ImagePuller, speed: number, withKubelet: boolean): () => void {
  const now = () => performance.now() * speed;
  const controllers = [
    new DeploymentController(store, now),
    new StatefulSetController(store),
    new RolloutController(store, images, speed),
    new FlaggerController(store, images, now),
    new JobController(store, now),
  ];
  const running = withKubelet ? [new Kubelet(store, images, now), ...controllers] : controllers;
  const timer = setInterval(
    () => {
      for (const controller of running) {
        try {
          controller.tick();
        } catch (error) {
          console.error("sandbox: a controller failed and will go on:", error);
        }
      }
    },
    Math.min(50, Math.max(5, 100 / speed)),
  );
  return () => clearInterval(timer);
}

function untilAllRun(store: ObjectStore, images: ImagePuller): Promise<void> {
  return new Promise((done, failed) => {
    const stop = store.onEvent(check);
    const timeout = setTimeout(() => finish(new Error("the seeded platforms did not come up")), seedTimeoutMs);
    function check(): void {
      if (runningWorkloads(store, images).every(({ ready, share }) => ready.length > 0 || share === 0)) finish();
    }
    function finish(error?: Error): void {
      stop();
      clearTimeout(timeout);
      if (error === undefined) done();
      else failed(error);
    }
  });
}
