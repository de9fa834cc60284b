import { createHash } from "node:crypto";
import { noLoadLabel } from "./cluster/routing";
import { type BuiltImage, buildImage } from "./images";
import type { ImageStore } from "./registry/image-store";
import { attachReport, buildScanReport } from "./scan-report";
import type { SeedImage, SeedList, SeedProject, SeedRelease, SeedRunning, SeedService } from "./seed-list";
import type { BuildPlan, PlatformPlan, ServicePlan } from "./seed-platforms";

interface SeedTarget {
  images: ImageStore;
  /** `host:port` that workloads pull from. */
  registryHost: string;
  clusterUrl: string;
  adminToken: string;
}

interface SeededBuild {
  plan: BuildPlan;
  image: SeedImage;
}

/**
 * Fills an empty sandbox with platforms: images into the registry, Deployments onto the cluster. `now` dates the images,
 * so two sandboxes that were seeded at different hours hold different digests.
 */
export async function seedSandbox(target: SeedTarget, platforms: PlatformPlan[], now: Date): Promise<SeedList> {
  const projects: SeedProject[] = [];
  for (const platform of platforms) {
    const builds = new Map(platform.services.map((service) => [service, seedImages(target, platform, service, now)]));
    const running = await seedWorkloads(target, platform, builds);
    projects.push({
      name: platform.name,
      title: platform.title,
      environments: platform.environments.map(({ name, namespace, tag }) => ({ name, namespace, tag })),
      services: platform.services.map((service) => describeService(platform, service, builds.get(service) ?? [])),
      releases: releasesOf(platform, builds),
      running,
    });
  }
  return { projects };
}

function seedImages(target: SeedTarget, platform: PlatformPlan, service: ServicePlan, now: Date): SeededBuild[] {
  return service.builds.map((plan, index) => {
    const commit = createHash("sha1")
      .update(`${service.repository} ${plan.version ?? index}`)
      .digest("hex");
    const created = new Date(Math.floor(now.getTime() / 3_600_000 - plan.hoursAgo) * 3_600_000).toISOString();
    const { version, fault, migration, log, healthcheck } = plan;
    const labels = { ...(migration && { "dev.waybill.migration": migration }), ...(log && { "sandbox.log": log }) };
    const source = platform.source;
    const image = buildImage({
      content: `${service.repository} ${commit}`,
      revision: commit,
      source,
      version,
      created,
      fault,
      labels,
      healthcheck,
    });
    const pointers = platform.environments.filter(({ name }) => plan.runsIn?.includes(name)).map(({ tag }) => tag);
    const tags = [`sha-${commit.slice(0, 7)}`, plan.candidate, version, ...pointers].filter((tag) => tag !== undefined);
    storeImage(target.images, service.repository, image, tags);
    const { repository } = service;
    const report = plan.scan && buildScanReport({ repository, digest: image.digest, created }, plan.scan.found);
    if (report && plan.scan?.at === "registry") attachReport(target.images, repository, image, report);
    const uploaded = plan.scan?.at === "ci" ? report : undefined;
    return { plan, image: { digest: image.digest, tags, commit, created, version, fault, report: uploaded } };
  });
}

function storeImage(images: ImageStore, repository: string, image: BuiltImage, tags: string[]): void {
  for (const blob of image.blobs) images.putBlob(repository, blob.digest, blob.bytes);
  for (const tag of tags) images.putManifest(repository, image.mediaType, image.manifest, tag);
}

function describeService(platform: PlatformPlan, service: ServicePlan, builds: SeededBuild[]): SeedService {
  const { name, repository, workload, container } = service;
  return { name, repository, workload, container, source: platform.source, images: builds.map(({ image }) => image) };
}

function releasesOf(platform: PlatformPlan, builds: Map<ServicePlan, SeededBuild[]>): SeedRelease[] {
  const releases = new Map<string, SeedRelease>();
  for (const service of platform.services) {
    for (const { image } of builds.get(service) ?? []) {
      if (image.version === undefined) continue;
      const { digest, commit, tags, created } = image;
      const release = releases.get(image.version) ?? { name: image.version, created, artifacts: [] };
      release.artifacts.push({ service: service.name, repository: service.repository, digest, commit, tags });
      releases.set(image.version, release);
    }
  }
  return [...releases.values()].sort((a, b) => (a.created < b.created ? -1 : 1));
}

async function seedWorkloads(
  target: SeedTarget,
  platform: PlatformPlan,
  builds: Map<ServicePlan, SeededBuild[]>,
): Promise<SeedRunning[]> {
  const running: SeedRunning[] = [];
  for (const { name: environment, namespace, replicas, colours } of platform.environments) {
    await post(target, "/api/v1/namespaces", { metadata: { name: namespace, labels: { platform: platform.name } } });
    for (const service of platform.services) {
      const build = builds.get(service)?.find(({ plan }) => plan.runsIn?.includes(environment));
      if (build === undefined) continue;
      const { digest, version } = build.image;
      const image = `${target.registryHost}/${service.repository}@${digest}`;
      const own = ownLabels(service, environment, colours);
      await post(
        target,
        `/apis/apps/v1/namespaces/${namespace}/deployments`,
        deploymentOf(service, replicas, image, own),
      );
      const spec = {
        selector: { app: service.workload, ...own },
        ports: [{ name: "http", port: 80, targetPort: 8080 }],
      };
      const services = `/api/v1/namespaces/${namespace}/services`;
      await post(target, services, { metadata: { name: service.workload }, spec });
      const preview = { name: `${service.workload}-preview`, labels: { [noLoadLabel]: "none" } };
      if (own.version) await post(target, services, { metadata: preview, spec });
      if (service.routedIn === environment) await seedRoute(target, namespace, service);
      const { name, workload, container } = service;
      running.push({ environment, namespace, service: name, workload, container, digest, release: version ?? "" });
    }
  }
  return running;
}

/** What tells the pods apart from others of the service: their colour, or that they are no canary. */
function ownLabels(
  service: ServicePlan,
  environment: string,
  colours: true | string[] | undefined,
): Record<string, string> {
  if (service.routedIn === environment) return { track: "stable" };
  return colours === true || colours?.includes(service.name) ? { version: "blue" } : {};
}

/** A route that sends everything to the stable pods, and a header to a canary where there is one. */
async function seedRoute(target: SeedTarget, namespace: string, service: ServicePlan): Promise<void> {
  const name = service.workload;
  const canary = `${name}-canary`;
  const spec = { selector: { app: name, track: "canary" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] };
  await post(target, `/api/v1/namespaces/${namespace}/services`, { metadata: { name: canary }, spec });
  if (service.route === "virtualService") {
    const to = (host: string, weight: number) => ({ destination: { host }, weight });
    const marked = { match: [{ headers: { canary: { exact: "true" } } }], route: [{ destination: { host: canary } }] };
    const http = [marked, { route: [to(name, 100), to(canary, 0)] }];
    const place = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`;
    return post(target, place, { metadata: { name }, spec: { hosts: [name], http } });
  }
  const header = { matches: [{ headers: [{ name: "canary", value: "true" }] }] };
  const shared = [
    { name, port: 80, weight: 100 },
    { name: canary, port: 80, weight: 0 },
  ];
  await post(target, `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`, {
    metadata: { name },
    spec: { rules: [{ ...header, backendRefs: [{ name: canary, port: 80 }] }, { backendRefs: shared }] },
  });
}

/** `own` tells the pods apart from others of the service, and is in the selector. */
function deploymentOf(service: ServicePlan, replicas: number, image: string, own: Record<string, string>): unknown {
  const labels = { app: service.workload, "app.kubernetes.io/name": service.name, ...own };
  const probe = (path: string) => ({ httpGet: { path, port: 8080 } });
  const container = {
    name: service.container,
    image,
    ports: [{ containerPort: 8080 }],
    envFrom: [{ configMapRef: { name: service.workload } }, { secretRef: { name: `${service.workload}-keys` } }],
    livenessProbe: probe("/health"),
    readinessProbe: probe("/ready"),
  };
  return {
    metadata: { name: service.workload, labels },
    spec: {
      replicas,
      progressDeadlineSeconds: 60,
      selector: { matchLabels: { app: service.workload, ...own } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

async function post(target: SeedTarget, path: string, body: unknown): Promise<void> {
  const headers = { authorization: `Bearer ${target.adminToken}`, "content-type": "application/json" };
  const answer = await fetch(`${target.clusterUrl}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  // 409: a seeding that was killed in the middle had come this far.
  if (!answer.ok && answer.status !== 409) throw new Error(`seeding ${path}: ${answer.status} ${await answer.text()}`);
}
