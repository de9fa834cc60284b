import { afterAll, beforeAll, expect, it } from "vitest";
import { buildImage, buildIndex, type Fault } from "../images";
import { pushImage } from "../push-image";
import { type Sandbox, startSandbox } from "../start-sandbox";
import { type ClusterClient, clusterClient, workload } from "../testing/cluster-client";
import type { Deployment, Pod, StatefulSet } from "./objects";

let sandbox: Sandbox;
let admin: ClusterClient;
beforeAll(async () => {
  sandbox = await startSandbox({ speed: 20 });
  admin = clusterClient(sandbox);
  await admin.post("/api/v1/namespaces", { metadata: { name: "demo" } });
});
afterAll(() => sandbox.close());

const list = (kind: string) => `/apis/apps/v1/namespaces/demo/${kind}`;
const path = (kind: string, name: string) => `/apis/apps/v1/namespaces/demo/${kind}/${name}`;

async function push(content: string, fault?: Fault): Promise<string> {
  const image = buildImage({ content, fault, version: content });
  const digest = await pushImage(image, { registryUrl: sandbox.registryUrl, repository: "app", tag: content });
  return `${sandbox.registryHost}/app@${digest}`;
}

const setImage = (image: string, more = {}) => ({
  spec: { template: { spec: { containers: [{ name: "app", image }] } }, ...more },
});

async function read<T>(where: string): Promise<T> {
  return (await admin.get(where)).body as unknown as T;
}

/** The object, as soon as `holds` is true of it. */
async function until<T>(where: string, holds: (object: T) => boolean): Promise<T> {
  let found: T | undefined;
  await expect
    .poll(
      async () => {
        const object = await read<T>(where);
        if (holds(object)) found = object;
        return found !== undefined;
      },
      { timeout: 60_000, interval: 10 },
    )
    .toBe(true);
  return found as T;
}

const complete = ({ metadata, spec, status }: Deployment) =>
  status.observedGeneration === metadata.generation &&
  [status.updatedReplicas, status.availableReplicas, status.replicas].every((count) => count === spec.replicas);

async function podsOf(app: string): Promise<Pod[]> {
  return (await read<{ items: Pod[] }>(`/api/v1/namespaces/demo/pods?labelSelector=app%3D${app}`)).items;
}

const reasonOf = (pod: Pod) => {
  const state = pod.status.containerStatuses?.[0]?.state;
  return state && "waiting" in state ? state.waiting : undefined;
};
const progressing = ({ status }: Deployment) => status.conditions?.find(({ type }) => type === "Progressing");

async function running(name: string, image: string, spec: Record<string, unknown> = {}): Promise<string> {
  await admin.post(list("deployments"), workload(name, image, spec));
  await until(path("deployments", name), complete);
  return path("deployments", name);
}

it("rolls to a new digest without ever dropping below the replicas, and says what runs", async () => {
  const [first, second] = [await push("roll-1"), await push("roll-2")];
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const where = await running("rolling", first, { replicas: 3, strategy });
  const started = await admin.patch(where, setImage(second));
  const counts: { available: number; total: number }[] = [];
  const from = started.body.metadata?.resourceVersion;
  for await (const event of admin.watch(
    `${list("deployments")}?watch=1&fieldSelector=metadata.name%3Drolling&resourceVersion=${from}`,
  )) {
    const deployment = event.object as unknown as Deployment;
    counts.push({ available: deployment.status.availableReplicas ?? 0, total: deployment.status.replicas ?? 0 });
    if (complete(deployment)) break;
  }
  expect(Math.min(...counts.map(({ available }) => available))).toBe(3);
  expect(Math.max(...counts.map(({ total }) => total))).toBe(4);
  expect(counts.length).toBeGreaterThan(3);
  const deployment = await read<Deployment>(where);
  expect(progressing(deployment)).toMatchObject({ status: "True", reason: "NewReplicaSetAvailable" });
  expect(deployment.metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "2" });
  await expect.poll(async () => (await podsOf("rolling")).length).toBe(3);
  for (const pod of await podsOf("rolling")) {
    expect(pod.status.containerStatuses?.[0]).toMatchObject({ imageID: second, ready: true, restartCount: 0 });
    expect(pod.metadata.ownerReferences?.[0]).toMatchObject({ kind: "ReplicaSet", controller: true });
    expect(pod.metadata.labels?.["pod-template-hash"]).toBeTruthy();
  }
  await admin.patch(where, setImage(first));
  const back = await until(where, complete);
  expect(back.metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "3" });
});

it("stops everything old first where the strategy is Recreate", async () => {
  const [first, second] = [await push("recreate-1"), await push("recreate-2")];
  const where = await running("recreated", first, { strategy: { type: "Recreate" } });
  const started = await admin.patch(where, setImage(second));
  // Every change is seen by a watch; a look now and then may miss the moment without any.
  const seen = new Set<number>();
  const from = started.body.metadata?.resourceVersion;
  for await (const event of admin.watch(
    `${list("deployments")}?watch=1&fieldSelector=metadata.name%3Drecreated&resourceVersion=${from}`,
  )) {
    const deployment = event.object as unknown as Deployment;
    seen.add(deployment.status.availableReplicas ?? 0);
    if (complete(deployment)) break;
  }
  expect(seen).toContain(0);
  expect((await podsOf("recreated")).map((pod) => pod.status.containerStatuses?.[0]?.imageID)).toEqual([
    second,
    second,
  ]);
});

it("counts the restarts of an image that crashes, keeps the old pods, and gives up at its deadline", async () => {
  const [good, bad] = [await push("crash-1"), await push("crash-2", "crash")];
  const where = await running("crashing", good, { progressDeadlineSeconds: 10 });
  await admin.patch(where, setImage(bad));
  const late = await until<Deployment>(
    where,
    (deployment) => progressing(deployment)?.reason === "ProgressDeadlineExceeded",
  );
  expect(progressing(late)).toMatchObject({ status: "False" });
  expect(late.status.availableReplicas).toBe(2);
  const pods = "/api/v1/namespaces/demo/pods?labelSelector=app%3Dcrashing";
  const isLooping = (pod: Pod) =>
    reasonOf(pod)?.reason === "CrashLoopBackOff" && (pod.status.containerStatuses?.[0]?.restartCount ?? 0) >= 2;
  const { items } = await until<{ items: Pod[] }>(pods, ({ items }) => items.some(isLooping));
  const pod = items.find(isLooping);
  expect(pod?.status.containerStatuses?.[0]).toMatchObject({
    imageID: bad,
    ready: false,
    lastState: { terminated: { exitCode: 1 } },
  });
  expect(reasonOf(pod as Pod)?.message).toContain("restarting failed container=app");
  await admin.patch(where, setImage(good));
  const back = await until(where, complete);
  expect(progressing(back)).toMatchObject({ status: "True", reason: "NewReplicaSetAvailable" });
});

it("says why an image cannot be pulled, and pulls it once it is there", async () => {
  const image = buildImage({ content: "late" });
  const reference = `${sandbox.registryHost}/late@${image.digest}`;
  await admin.post(list("deployments"), workload("late", reference, { replicas: 1 }));
  const pods = "/api/v1/namespaces/demo/pods?labelSelector=app%3Dlate";
  const { items } = await until<{ items: Pod[] }>(pods, ({ items }) =>
    items.some((pod) => reasonOf(pod)?.reason === "ImagePullBackOff"),
  );
  expect(reasonOf(items[0] as Pod)?.message).toContain(`late/${image.digest}: not found`);
  await pushImage(image, { registryUrl: sandbox.registryUrl, repository: "late" });
  await until(path("deployments", "late"), complete);
});

it("refuses a registry that is not on loopback", async () => {
  await admin.post(list("deployments"), workload("far", "registry.example.com/app:v1", { replicas: 1 }));
  const pods = "/api/v1/namespaces/demo/pods?labelSelector=app%3Dfar";
  const { items } = await until<{ items: Pod[] }>(pods, ({ items }) =>
    items.some((pod) => reasonOf(pod)?.reason === "ImagePullBackOff"),
  );
  expect(reasonOf(items[0] as Pod)?.message).toContain("no such host");
});

it("pulls from another registry on loopback, and reports the index's digest", async () => {
  const other = await startSandbox();
  try {
    const index = buildIndex([
      buildImage({ content: "m", architecture: "arm64" }),
      buildImage({ content: "m", version: "v7" }),
    ]);
    await pushImage(index, { registryUrl: other.registryUrl, repository: "far/app" });
    await running("indexed", `${other.registryHost}/far/app@${index.digest}`, { replicas: 1 });
    const [pod] = await podsOf("indexed");
    expect(pod?.status.containerStatuses?.[0]?.imageID).toBe(`${other.registryHost}/far/app@${index.digest}`);
    const health = await fetch(`${sandbox.servicesUrl}/demo/indexed/health`);
    expect(await health.json()).toEqual({ status: "ok", version: "v7", digest: index.digest });
  } finally {
    await other.close();
  }
});

it("never makes an unready image ready, and answers 503 for it", async () => {
  const image = await push("unready", "unready");
  await admin.post(list("deployments"), workload("unready", image, { replicas: 1, progressDeadlineSeconds: 5 }));
  const where = path("deployments", "unready");
  const late = await until<Deployment>(
    where,
    (deployment) => progressing(deployment)?.reason === "ProgressDeadlineExceeded",
  );
  expect(late.status.readyReplicas).toBeUndefined();
  const [pod] = await podsOf("unready");
  expect(pod?.status.containerStatuses?.[0]).toMatchObject({ imageID: image, ready: false, state: { running: {} } });
  expect((await fetch(`${sandbox.servicesUrl}/demo/unready/health`)).status).toBe(503);
});

it("brings up images with errors and with latency, and lets their endpoints show it", async () => {
  const [errors, slow] = [await push("errors", "errors"), await push("slow", "slow")];
  await running("failing", errors, { replicas: 1 });
  await running("dragging", slow, { replicas: 1 });
  expect((await fetch(`${sandbox.servicesUrl}/demo/failing/health`)).status).toBe(500);
  expect((await fetch(`${sandbox.servicesUrl}/demo/failing/ready`)).status).toBe(200);
  const before = performance.now();
  expect((await fetch(`${sandbox.servicesUrl}/demo/dragging/health`)).status).toBe(200);
  expect(performance.now() - before).toBeGreaterThan(60);
});

it("replaces the pods of a StatefulSet from the last to the first", async () => {
  const [first, second] = [await push("set-1"), await push("set-2")];
  const settled = ({ metadata, spec, status }: StatefulSet) =>
    status.observedGeneration === metadata.generation &&
    status.currentRevision === status.updateRevision &&
    status.readyReplicas === spec.replicas;
  await admin.post(list("statefulsets"), workload("set", first));
  const where = path("statefulsets", "set");
  const before = await until(where, settled);
  const pods = "/api/v1/namespaces/demo/pods";
  const { metadata } = await read<{ metadata: { resourceVersion: string } }>(pods);
  await admin.patch(where, setImage(second));
  const deleted: string[] = [];
  for await (const { type, object } of admin.watch(
    `${pods}?watch=1&labelSelector=app%3Dset&resourceVersion=${metadata.resourceVersion}`,
  )) {
    if (type === "DELETED") deleted.push((object as unknown as Pod).metadata.name);
    if (deleted.length === 2) break;
  }
  expect(deleted).toEqual(["set-1", "set-0"]);
  const after = await until<StatefulSet>(
    where,
    (set) => settled(set) && set.status.updateRevision !== before.status.updateRevision,
  );
  expect(after.status).toMatchObject({ replicas: 2, updatedReplicas: 2, currentReplicas: 2 });
  for (const pod of await podsOf("set")) expect(pod.status.containerStatuses?.[0]?.imageID).toBe(second);
});

it("rolls a pod back up that somebody deletes", async () => {
  const image = await push("deleted");
  await running("deleted", image);
  const [pod] = await podsOf("deleted");
  const gone = `/api/v1/namespaces/demo/pods/${pod?.metadata.name}`;
  expect((await admin.remove(gone)).status).toBe(200);
  await expect.poll(async () => (await admin.get(gone)).status).toBe(404);
  await until(path("deployments", "deleted"), complete);
  expect((await podsOf("deleted")).some((one) => one.metadata.uid === pod?.metadata.uid)).toBe(false);
});
