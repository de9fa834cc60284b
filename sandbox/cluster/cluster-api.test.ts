import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../start-sandbox";
import { type ClusterClient, clusterClient, workload } from "../testing/cluster-client";

const digestA = `sha256:${"a".repeat(64)}`;
const digestB = `sha256:${"b".repeat(64)}`;
const deployments = "/apis/apps/v1/namespaces/demo/deployments";

let sandbox: Sandbox;
let admin: ClusterClient;
let waybill: ClusterClient;
beforeAll(async () => {
  // Nobody runs pods here: what the API itself does is all there is to see.
  sandbox = await startSandbox({ kubelet: false, historySize: 40 });
  admin = clusterClient(sandbox);
  waybill = clusterClient(sandbox, sandbox.tokens.waybill);
  await admin.post("/api/v1/namespaces", { metadata: { name: "demo" } });
});
afterAll(() => sandbox.close());

async function fresh(name: string): Promise<string> {
  const answer = await admin.post(deployments, workload(name, `r.local/${name}@${digestA}`, { replicas: 0 }));
  expect(answer.status).toBe(201);
  return `${deployments}/${name}`;
}

/** The object when its controller has seen this generation. */
async function settled(path: string): Promise<Record<string, unknown>> {
  return expect
    .poll(async () => (await admin.get(path)).body, { timeout: 60_000 })
    .toSatisfy((body) => body.status?.observedGeneration === body.metadata.generation)
    .then(async () => (await admin.get(path)).body);
}

describe("errors, in the words of kube-apiserver", () => {
  it("404 for an object, a namespace and a path", async () => {
    const missing = await admin.get(`${deployments}/nope`);
    expect(missing).toEqual({
      status: 404,
      body: {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'deployments.apps "nope" not found',
        reason: "NotFound",
        details: { name: "nope", group: "apps", kind: "deployments" },
        code: 404,
      },
    });
    const elsewhere = await admin.post(deployments.replace("demo", "nowhere"), workload("x", "r.local/x:1"));
    expect([elsewhere.status, elsewhere.body.message]).toEqual([404, 'namespaces "nowhere" not found']);
    expect((await admin.get("/apis/policy/v1/namespaces/demo/poddisruptionbudgets")).status).toBe(404);
    expect((await admin.get("/api/v1/namespaces/demo/deployments")).status).toBe(404);
  });

  it("401 for an unknown token, 403 for none and for what RBAC does not grant", async () => {
    expect(await clusterClient(sandbox, "made-up").get(deployments)).toMatchObject({
      status: 401,
      body: { reason: "Unauthorized", message: "Unauthorized" },
    });
    const anonymous = await clusterClient(sandbox, "").get(deployments);
    expect(anonymous.status).toBe(403);
    expect(anonymous.body.message).toContain('User "system:anonymous" cannot list resource "deployments"');
    const path = await fresh("guarded");
    const refused = await waybill.remove(path);
    expect([refused.status, refused.body.message]).toEqual([
      403,
      'deployments.apps "guarded" is forbidden: User "waybill" cannot delete resource "deployments" in API group "apps" in the namespace "demo"',
    ]);
    expect((await waybill.get(path)).status).toBe(200);
    expect((await waybill.patch(path, { metadata: { annotations: { a: "b" } } })).status).toBe(200);
    expect((await waybill.patch(`${path}/status`, { status: {} })).status).toBe(403);
    expect((await waybill.get("/api/v1/namespaces/demo/pods")).status).toBe(200);
    expect((await waybill.get("/api/v1/namespaces/demo/events")).status).toBe(200);
    expect((await waybill.get("/api/v1/namespaces/demo/pods/none/log")).status).toBe(404);
    expect((await waybill.remove("/api/v1/namespaces/demo/events")).status).toBe(403);
    expect((await waybill.get("/api/v1/namespaces")).status).toBe(403);
    expect((await waybill.get("/apis/apps/v1/deployments")).status).toBe(403);
    expect((await waybill.remove(deployments)).status).toBe(403);
    const closed = { metadata: { name: "closed", labels: { "sandbox.closed": "true" } } };
    await admin.post("/api/v1/namespaces", closed);
    expect((await waybill.get(deployments.replace("demo", "closed"))).status).toBe(403);
    expect((await waybill.get(deployments.replace("demo", "nowhere"))).status).toBe(403);
  });

  it("409 for a name that is taken and for a resourceVersion that is stale, by patch and by put", async () => {
    const path = await fresh("stale");
    const twice = await admin.post(deployments, workload("stale", "r.local/x:1"));
    expect([twice.status, twice.body.reason]).toEqual([409, "AlreadyExists"]);
    const before = (await settled(path)) as { metadata: { resourceVersion: string } };
    expect((await waybill.patch(path, { metadata: { annotations: { by: "another" } } })).status).toBe(200);
    const { resourceVersion } = before.metadata;
    for (const type of ["strategic-merge-patch", "merge-patch"] as const) {
      const patch = { metadata: { resourceVersion, annotations: { by: "me" } } };
      expect(await waybill.patch(path, patch, type)).toMatchObject({ status: 409, body: { reason: "Conflict" } });
    }
    expect((await admin.put(path, before)).status).toBe(409);
    const test = [
      { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
      { op: "add", path: "/metadata/annotations/by", value: "me" },
    ];
    expect((await waybill.patch(path, test, "json-patch")).status).toBe(422);
    expect(await admin.get(path)).toMatchObject({ body: { metadata: { annotations: { by: "another" } } } });
  });

  it("422 for what a Deployment may not be", async () => {
    const path = await fresh("invalid");
    const recreate = await waybill.patch(path, { spec: { strategy: { type: "Recreate" } } });
    expect(recreate.body.message).toBe(
      "Deployment.apps \"invalid\" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    );
    const allowed = { spec: { strategy: { type: "Recreate", rollingUpdate: null } } };
    expect(await waybill.patch(path, allowed)).toMatchObject({
      status: 200,
      body: { spec: { strategy: { type: "Recreate" } } },
    });
    for (const spec of [
      { replicas: -1 },
      { progressDeadlineSeconds: -1 },
      { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "0%" } } },
      { selector: { matchLabels: { app: "other" } } },
      { template: { spec: { containers: [] } } },
    ]) {
      expect(await waybill.patch(path, { spec }, "merge-patch")).toMatchObject({
        status: 422,
        body: { reason: "Invalid" },
      });
    }
  });

  it("400, 405 and 415 for requests that make no sense", async () => {
    const path = await fresh("senseless");
    expect((await waybill.patch(path, { metadata: { name: "other" } })).status).toBe(400);
    expect((await waybill.get(`${deployments}?fieldSelector=spec.x%3Dy`)).body.message).toContain(
      '"spec.x" is not a known field selector',
    );
    expect((await waybill.get(`${deployments}?labelSelector=a%20b`)).status).toBe(400);
    expect((await admin.post(path, {})).status).toBe(405);
    expect((await waybill.patch(path, {}, "apply-patch" as "merge-patch")).status).toBe(415);
  });
});

describe("writes", () => {
  it("counts the generation for a changed spec alone, and writes nothing for no change", async () => {
    const path = await fresh("counted");
    const first = (await settled(path)) as { metadata: { generation: number } };
    expect(first.metadata.generation).toBe(1);
    const annotated = await waybill.patch(path, { metadata: { annotations: { note: "x" } } });
    expect(annotated.body).toMatchObject({ metadata: { generation: 1 } });
    const again = await waybill.patch(path, { metadata: { annotations: { note: "x" } } });
    expect(again.body.metadata?.resourceVersion).toBe(annotated.body.metadata?.resourceVersion);
    const image = {
      spec: { template: { spec: { containers: [{ name: "app", image: `r.local/counted@${digestB}` }] } } },
    };
    expect(await waybill.patch(path, image)).toMatchObject({
      status: 200,
      body: {
        metadata: { generation: 2 },
        spec: { template: { spec: { containers: [{ image: `r.local/counted@${digestB}`, env: [{ name: "A" }] }] } } },
      },
    });
  });

  it("keeps status apart from the object, and writes nothing on a dry run", async () => {
    const path = await fresh("apart");
    await settled(path);
    expect((await admin.patch(path, { status: { replicas: 77 } }, "merge-patch")).body).not.toMatchObject({
      status: { replicas: 77 },
    });
    await admin.post("/api/v1/namespaces/demo/pods", { metadata: { name: "lone" }, spec: { containers: [] } });
    const pod = "/api/v1/namespaces/demo/pods/lone";
    const told = await admin.patch(`${pod}/status`, { status: { phase: "Running" }, spec: { nodeName: "x" } });
    expect(told.body).toMatchObject({ status: { phase: "Running" }, spec: { containers: [] } });
    expect(told.body).not.toMatchObject({ spec: { nodeName: "x" } });
    expect((await admin.patch(`${path}?dryRun=All`, { spec: { replicas: 5 } })).body).toMatchObject({
      spec: { replicas: 5 },
    });
    expect((await admin.get(path)).body).toMatchObject({ spec: { replicas: 0 } });
  });

  it("removes what a deleted object owned", async () => {
    const path = await fresh("owner");
    await settled(path);
    const sets = "/apis/apps/v1/namespaces/demo/replicasets?labelSelector=app%3Downer";
    expect((await admin.get(sets)).body.items).toHaveLength(1);
    expect(await admin.remove(path)).toMatchObject({ status: 200, body: { status: "Success" } });
    expect((await admin.get(sets)).body.items).toHaveLength(0);
  });
});

describe("lists", () => {
  it("selects by labels and by name, and pages by limit and continue", async () => {
    const services = "/api/v1/namespaces/demo/services";
    for (const [name, labels] of Object.entries({ a: { tier: "web", x: "1" }, b: { tier: "db" }, c: { x: "2" } })) {
      await admin.post(services, { metadata: { name, labels }, spec: { ports: [{ port: 80 }] } });
    }
    const names = async (query: string) => {
      const { body } = await admin.get(`${services}?${query}`);
      return (body.items as { metadata: { name: string } }[]).map((item) => item.metadata.name);
    };
    const byLabel = (selector: string) => names(`labelSelector=${encodeURIComponent(selector)}`);
    expect(await byLabel("tier=web")).toEqual(["a"]);
    expect(await byLabel("tier!=web,x")).toEqual(["c"]);
    expect(await byLabel("tier in (web, db),!x")).toEqual(["b"]);
    expect(await byLabel("tier notin (db)")).toEqual(["a", "c"]);
    expect(await names("fieldSelector=metadata.name%3Db")).toEqual(["b"]);
    const page = await admin.get(`${services}?limit=2`);
    expect(page.body.metadata).toMatchObject({ remainingItemCount: 1 });
    const token = (page.body.metadata as { continue?: string }).continue;
    expect(await names(`limit=2&continue=${token}`)).toEqual(["c"]);
  });
});

describe("watch", () => {
  it("sends what is there, then every change, with labels as the selector sees them", async () => {
    const path = await fresh("watched");
    await settled(path);
    const seen: string[] = [];
    const changes = [
      () => waybill.patch(path, { metadata: { labels: { extra: "1" } } }),
      () => waybill.patch(path, { metadata: { labels: { app: "hidden" } } }),
      () => waybill.patch(path, { metadata: { labels: { app: "watched" } } }),
      () => admin.remove(path),
    ];
    for await (const { type } of waybill.watch(`${deployments}?watch=true&labelSelector=app%3Dwatched`)) {
      seen.push(type);
      const change = changes.shift();
      if (change === undefined) break;
      await change();
    }
    expect(seen).toEqual(["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"]);
  });

  it("goes on from a resourceVersion without a gap", async () => {
    const path = await fresh("resumed");
    const { metadata } = (await settled(path)) as { metadata: { resourceVersion: string } };
    for (const value of ["1", "2"]) await waybill.patch(path, { metadata: { annotations: { value } } });
    const values: unknown[] = [];
    const from = `${deployments}?watch=1&fieldSelector=metadata.name%3Dresumed&resourceVersion=${metadata.resourceVersion}`;
    for await (const { object } of waybill.watch(from)) {
      const { annotations } = object.metadata as { annotations: { value?: string } };
      values.push(annotations.value);
      if (annotations.value === "2") break;
    }
    expect(values).toEqual(["1", "2"]);
  });

  it("answers 410 Gone for a resourceVersion that the history no longer holds", async () => {
    const path = await fresh("old");
    const { metadata } = (await settled(path)) as { metadata: { resourceVersion: string } };
    for (let count = 0; count < 60; count++)
      await waybill.patch(path, { metadata: { annotations: { count: String(count) } } });
    const events: unknown[] = [];
    for await (const event of waybill.watch(`${deployments}?watch=1&resourceVersion=${metadata.resourceVersion}`))
      events.push(event);
    expect(events).toMatchObject([{ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } }]);
  });

  it("ends after timeoutSeconds", async () => {
    const path = `${deployments}?watch=1&fieldSelector=metadata.name%3Dnone&timeoutSeconds=1`;
    const events: unknown[] = [];
    for await (const event of waybill.watch(path)) events.push(event);
    expect(events).toEqual([]);
  });
});

it("serves the official client with the kubeconfig that it writes", async () => {
  const path = await fresh("official");
  await settled(path);
  const config = new KubeConfig();
  config.loadFromFile(sandbox.kubeconfigPath);
  const apps = config.makeApiClient(AppsV1Api);
  const ask = { name: "official", namespace: "demo" };
  expect((await apps.readNamespacedDeployment(ask)).metadata?.generation).toBe(1);
  const body = { metadata: { annotations: { "waybill.dev/promotion": "p1" } } };
  const merge = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);
  const patched = await apps.patchNamespacedDeployment({ ...ask, body }, merge);
  expect(patched.metadata?.annotations).toMatchObject(body.metadata.annotations);
  await expect(apps.deleteNamespacedDeployment(ask)).rejects.toMatchObject({ code: 403 });
  const pods = await config
    .makeApiClient(CoreV1Api)
    .listNamespacedPod({ namespace: "demo", labelSelector: "app=official" });
  expect(pods.items).toEqual([]);
});
