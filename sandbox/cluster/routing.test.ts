import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImage, type Fault } from "../images";
import { pushImage } from "../push-image";
import { type Sandbox, startSandbox } from "../start-sandbox";
import { type ClusterClient, clusterClient, workload } from "../testing/cluster-client";
import type { Pod } from "./objects";

let sandbox: Sandbox;
let admin: ClusterClient;
beforeAll(async () => {
  sandbox = await startSandbox({ speed: 20 });
  admin = clusterClient(sandbox);
  await admin.post("/api/v1/namespaces", { metadata: { name: "demo" } });
});
afterAll(() => sandbox.close());

async function push(content: string, fault?: Fault): Promise<string> {
  const image = buildImage({ content, fault, version: content });
  const digest = await pushImage(image, { registryUrl: sandbox.registryUrl, repository: "app", tag: content });
  return `${sandbox.registryHost}/app@${digest}`;
}

async function created(path: string, object: unknown): Promise<void> {
  const { status, body } = await admin.post(path, object);
  expect(status, JSON.stringify(body)).toBe(201);
}

const service = (name: string, selector: Record<string, string>) =>
  created("/api/v1/namespaces/demo/services", { metadata: { name }, spec: { selector, ports: [{ port: 80 }] } });

/** Two stable pods that are well and one canary that answers with errors; resolves when all three are ready. */
async function pair(app: string): Promise<{ stable: string; canary: string }> {
  const of = (name: string, track: string, image: string, replicas: number) => {
    const labels = { app, track };
    const template = { metadata: { labels }, spec: { containers: [{ name: "app", image }] } };
    return created("/apis/apps/v1/namespaces/demo/deployments", {
      ...workload(name, image, { replicas, selector: { matchLabels: labels }, template }),
    });
  };
  await of(app, "stable", await push(`${app}-1`), 2);
  await of(`${app}-canary`, "canary", await push(`${app}-2`, "errors"), 1);
  const pods = async () =>
    (await admin.get(`/api/v1/namespaces/demo/pods?labelSelector=app%3D${app}`)).body.items as Pod[];
  const ready = ({ status }: Pod) => status.conditions?.some((one) => one.type === "Ready" && one.status === "True");
  await expect.poll(async () => (await pods()).filter(ready).length, { timeout: 60_000, interval: 10 }).toBe(3);
  const hash = async (track: string) =>
    (await pods()).find(({ metadata }) => metadata.labels?.track === track)?.metadata.labels?.["pod-template-hash"] ??
    "";
  return { stable: await hash("stable"), canary: await hash("canary") };
}

async function value(query: string): Promise<number> {
  const answer = await fetch(`${sandbox.metricsUrl}/api/v1/query?${new URLSearchParams({ query })}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? Number.NaN);
}

const growth = (workloadName: string) => `sum(rate(http_requests_total{workload="${workloadName}"}[1s]))`;
const errors = (hash: string) =>
  `sum(rate(http_requests_total{pod_template_hash="${hash}",status="500"}[1s])) / sum(rate(http_requests_total{pod_template_hash="${hash}"}[1s]))`;

const settles = (read: () => Promise<number>, wanted: number, within: number) =>
  expect.poll(read, { timeout: 60_000, interval: 50 }).toSatisfy((found: number) => Math.abs(found - wanted) <= within);

/** What a hundred requests in a row were answered by. */
async function answers(name: string, headers: Record<string, string> = {}): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let turn = 0; turn < 100; turn += 1) {
    const answer = await fetch(`${sandbox.servicesUrl}/demo/${name}/ready`, { headers });
    const { version = String(answer.status) } = (await answer.json()) as { version?: string };
    counts[version] = (counts[version] ?? 0) + 1;
  }
  return counts;
}

const httpRoute = (name: string, weight: number) => ({
  metadata: { name },
  spec: {
    rules: [
      {
        matches: [{ headers: [{ name: "canary", value: "true" }] }],
        backendRefs: [{ name: `${name}-canary`, port: 80 }],
      },
      {
        backendRefs: [
          { name, weight: 100 - weight },
          { name: `${name}-canary`, weight },
        ],
      },
    ],
  },
});
const virtualService = (name: string, weight: number) => ({
  metadata: { name },
  spec: {
    http: [
      { match: [{ headers: { canary: { exact: "true" } } }], route: [{ destination: { host: `${name}-canary` } }] },
      {
        route: [
          { destination: { host: name }, weight: 100 - weight },
          { destination: { host: `${name}-canary.demo.svc.cluster.local` }, weight },
        ],
      },
    ],
  },
});

describe.each([
  ["httproutes", "/apis/gateway.networking.k8s.io/v1", httpRoute],
  ["virtualservices", "/apis/networking.istio.io/v1", virtualService],
] as const)("%s", (plural, api, route) => {
  it("share requests and metrics by weight, and a header always reaches the canary", async () => {
    const app = plural.slice(0, -1);
    const hashes = await pair(app);
    await service(app, { app, track: "stable" });
    await service(`${app}-canary`, { app, track: "canary" });
    const path = `${api}/namespaces/demo/${plural}`;
    await created(path, route(app, 0));
    expect(await answers(app)).toEqual({ [`${app}-1`]: 100 });
    expect(await answers(app, { canary: "true" })).toEqual({ [`${app}-2`]: 100 });

    const strategic = await admin.patch(`${path}/${app}`, route(app, 25));
    expect(strategic.status).toBe(415);
    expect((await admin.patch(`${path}/${app}`, route(app, 25), "merge-patch")).status).toBe(200);
    expect(await answers(app)).toEqual({ [`${app}-1`]: 75, [`${app}-2`]: 25 });
    await settles(() => value(errors(hashes.canary)), 0.35, 0.01);
    await settles(() => value(growth(`${app}-canary`)), 5, 0.1);
    await settles(() => value(growth(app)), 15, 0.1);
    await settles(() => value(errors(hashes.stable)), 0.002, 0.001);
  });
});

it("without a route, a Service that selects both shares by pods", async () => {
  await pair("pods");
  await service("pods", { app: "pods" });
  const counts = await answers("pods");
  expect(Object.keys(counts).sort()).toEqual(["pods-1", "pods-2"]);
  expect(counts["pods-2"]).toBeGreaterThanOrEqual(33);
  expect(counts["pods-2"]).toBeLessThanOrEqual(34);
  await settles(() => value(growth("pods-canary")), 20 / 3, 0.1);
});

it("leads users to the colour that a Service selects; a preview leads to the other one and brings it no load", async () => {
  const place = "/api/v1/namespaces/demo/services";
  for (const colour of ["blue", "green"]) {
    const labels = { app: "hue", "app.kubernetes.io/name": "hue", version: colour };
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: "app", image: await push(`hue-${colour}`) }] },
    };
    const spec = { replicas: 1, selector: { matchLabels: labels }, template };
    await created("/apis/apps/v1/namespaces/demo/deployments", { metadata: { name: `hue-${colour}` }, spec });
  }
  await service("hue", { app: "hue", version: "blue" });
  const metadata = { name: "hue-preview", labels: { "sandbox.load": "none" } };
  await created(place, { metadata, spec: { selector: { app: "hue", version: "green" }, ports: [{ port: 80 }] } });
  await expect.poll(() => answers("hue"), { timeout: 60_000 }).toEqual({ "hue-blue": 100 });
  await expect.poll(() => answers("hue-preview"), { timeout: 60_000 }).toEqual({ "hue-green": 100 });
  await settles(() => value(growth("hue-blue")), 20, 0.1);
  await settles(() => value(growth("hue-green")), 0, 0.1);

  const test = [{ op: "test", path: "/spec/selector/version", value: "green" }];
  expect((await admin.patch(`${place}/hue`, test, "json-patch")).status).toBe(422);
  const replace = [{ op: "replace", path: "/spec/selector/version", value: "green" }];
  expect((await admin.patch(`${place}/hue`, replace, "json-patch")).status).toBe(200);
  expect(await answers("hue")).toEqual({ "hue-green": 100 });
  await settles(() => value(growth("hue-green")), 20, 0.1);
  await settles(() => value(growth("hue-blue")), 0, 0.1);
});
