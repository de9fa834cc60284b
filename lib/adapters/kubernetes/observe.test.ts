import { describe, expect, it } from "vitest";
import { slimPod, slimReplicaSet, slimWorkload } from "@/lib/adapters/kubernetes/objects";
import { summarize } from "@/lib/adapters/kubernetes/observe";
import {
  deployment,
  deploymentRef,
  digestOf,
  pod,
  replicaSet,
  repository,
  statefulSetRef,
} from "@/lib/adapters/kubernetes/testing/objects-for-tests";

const at = "2026-01-01T00:01:00.000Z";
const pinned = (hex: string) => `${repository}@${digestOf(hex)}`;

function observe(objects: { deployment?: object; sets?: object[]; pods?: object[] }) {
  return summarize(deploymentRef, {
    at,
    workload: objects.deployment && slimWorkload("deployment", objects.deployment),
    replicaSets: (objects.sets ?? []).map(slimReplicaSet),
    pods: (objects.pods ?? []).map(slimPod),
  });
}

/** The old revision runs `a`, the new one `b`. */
const sets = [replicaSet("old", 1, pinned("a")), replicaSet("new", 2, pinned("b"))];
const waiting = (reason: string, message = "", lastState: object = {}) => ({
  ready: false,
  imageID: "",
  state: { waiting: { reason, message } },
  lastState,
});

describe("what a deployment runs", () => {
  it("tells spec, order, numbers and pods, with those of the newest revision marked", () => {
    const seen = observe({
      deployment: deployment({
        image: pinned("b"),
        annotations: { "waybill.dev/promotion": "prm_7", "waybill.dev/generation": "7" },
      }),
      sets,
      pods: [
        pod("new-1", "new", pinned("b"), { restartCount: 2 }),
        pod("old-1", "old", `docker-pullable://${pinned("a")}`),
        pod("stranger", "another", pinned("c")),
      ],
    });
    const reads = { configMaps: [], secrets: [], volumeClaims: [] };
    expect(seen).toEqual({
      config: { hash: expect.stringMatching(/^[0-9a-f]{64}$/), reads },
      at,
      exists: true,
      specImage: pinned("b"),
      specDigest: digestOf("b"),
      promotion: "prm_7",
      generation: 7,
      targetGeneration: 3,
      observedGeneration: 3,
      resourceVersion: "100",
      uid: expect.any(String),
      desired: 2,
      updated: 2,
      ready: 2,
      available: 2,
      failure: undefined,
      pods: [
        {
          name: "new-1",
          digest: digestOf("b"),
          ready: true,
          restarts: 2,
          phase: "Running",
          node: "node-1",
          startedAt: "2026-01-01T00:00:05Z",
          current: true,
          trouble: undefined,
        },
        expect.objectContaining({ name: "old-1", digest: digestOf("a"), current: false }),
      ],
    });
  });

  it("is `exists: false` where there is no workload", () => {
    expect(observe({})).toMatchObject({ at, exists: false, pods: [], failure: undefined, specDigest: undefined });
  });

  it.each([
    ["repository@digest", pinned("b"), digestOf("b")],
    ["docker-pullable://repository@digest", `docker-pullable://${pinned("b")}`, digestOf("b")],
    ["a bare config id", digestOf("b"), undefined],
    ["docker://config id", `docker://${digestOf("b")}`, undefined],
    ["nothing yet", "", undefined],
    ["a tag", `${repository}:v1`, undefined],
    ["a digest of another algorithm", `${repository}@sha512:${"b".repeat(128)}`, undefined],
  ])("reads imageID %s", (_, imageID, digest) => {
    const seen = observe({ deployment: deployment(), sets, pods: [pod("p", "new", imageID)] });
    expect(seen.pods[0]?.digest).toBe(digest);
  });

  it("marks no pod as current before the cluster has seen the order", () => {
    const seen = observe({
      deployment: deployment({ image: pinned("b"), generation: 4, observedGeneration: 3 }),
      sets,
      pods: [pod("new-1", "new", "", waiting("ImagePullBackOff"))],
    });
    expect(seen.pods[0]?.current).toBe(false);
    expect(seen.failure).toBeUndefined();
  });

  it("marks no pod as current while the newest replica set is of the order before", () => {
    const seen = observe({
      deployment: deployment({ image: pinned("c") }),
      sets,
      pods: [pod("new-1", "new", pinned("b"))],
    });
    expect(seen.pods[0]?.current).toBe(false);
  });

  it("shows a pod on its way out as terminating, not ready and without trouble", () => {
    const going = pod("p", "new", pinned("b"), waiting("CrashLoopBackOff"), {
      metadata: { deletionTimestamp: "2026-01-01T00:00:30Z" },
    });
    const seen = observe({ deployment: deployment({ image: pinned("b") }), sets, pods: [going] });
    expect(seen.pods[0]).toMatchObject({ phase: "Terminating", ready: false, trouble: undefined });
    expect(seen.failure).toBeUndefined();
  });
});

describe("what went wrong, in the cluster's words", () => {
  it.each(["ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerConfigError", "CrashLoopBackOff"])(
    "%s of the new revision is a failure at once",
    (reason) => {
      const seen = observe({
        deployment: deployment({ image: pinned("b") }),
        sets,
        pods: [pod("new-1", "new", "", waiting(reason, "words of the cluster"))],
      });
      expect(seen.failure).toEqual({ reason, message: "words of the cluster" });
      expect(seen.pods[0]?.trouble).toEqual(seen.failure);
    },
  );

  it("tells how the last run ended beside the back-off", () => {
    const ended = { terminated: { reason: "OOMKilled", exitCode: 137 } };
    const seen = observe({
      deployment: deployment({ image: pinned("b") }),
      sets,
      pods: [pod("new-1", "new", pinned("b"), waiting("CrashLoopBackOff", "back-off 10s", ended))],
    });
    expect(seen.failure).toEqual({
      reason: "CrashLoopBackOff",
      message: "back-off 10s; last ended OOMKilled, exit code 137",
    });
  });

  it("shows a first crash as trouble of the pod, not yet as the rollout's failure", () => {
    const crashed = { ready: false, state: { terminated: { reason: "Error", exitCode: 1, message: "no database" } } };
    const seen = observe({
      deployment: deployment({ image: pinned("b") }),
      sets,
      pods: [pod("new-1", "new", pinned("b"), crashed)],
    });
    expect(seen.pods[0]?.trouble).toEqual({ reason: "Error", message: "Error, exit code 1: no database" });
    expect(seen.failure).toBeUndefined();
  });

  it("sees an init container that does not end", () => {
    const broken = pod("new-1", "new", "", waiting("PodInitializing"), {
      status: {
        phase: "Pending",
        initContainerStatuses: [{ name: "migrate", state: { waiting: { reason: "CrashLoopBackOff", message: "m" } } }],
      },
    });
    const seen = observe({ deployment: deployment({ image: pinned("b") }), sets, pods: [broken] });
    expect(seen.failure).toEqual({ reason: "CrashLoopBackOff", message: "m" });
  });

  it.each(["ContainerCreating", "PodInitializing"])("%s is no trouble", (reason) => {
    const seen = observe({
      deployment: deployment({ image: pinned("b") }),
      sets,
      pods: [pod("new-1", "new", "", waiting(reason))],
    });
    expect(seen.pods[0]?.trouble).toBeUndefined();
  });

  it("does not hold the failures of an old revision against the new one", () => {
    const seen = observe({
      deployment: deployment({ image: pinned("b") }),
      sets,
      pods: [pod("old-1", "old", "", waiting("ImagePullBackOff", "old words")), pod("new-1", "new", pinned("b"))],
    });
    expect(seen.failure).toBeUndefined();
    expect(seen.pods.find(({ name }) => name === "old-1")?.trouble?.reason).toBe("ImagePullBackOff");
  });

  it("shows an unschedulable and an evicted pod as trouble that may pass", () => {
    const unplaced = pod("new-1", "new", "", waiting("ContainerCreating"), {
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" }],
        containerStatuses: [],
      },
    });
    const evicted = pod(
      "new-2",
      "new",
      "",
      {},
      {
        status: { phase: "Failed", reason: "Evicted", message: "low on memory", containerStatuses: [] },
      },
    );
    const seen = observe({ deployment: deployment({ image: pinned("b") }), sets, pods: [unplaced, evicted] });
    expect(seen.pods.map(({ trouble }) => trouble)).toEqual([
      { reason: "Unschedulable", message: "0/3 nodes" },
      { reason: "Evicted", message: "low on memory" },
    ]);
    expect(seen.failure).toBeUndefined();
  });

  const hung = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "has timed out" };

  it("ProgressDeadlineExceeded is a failure, unless it is about the order before", () => {
    const facts = { image: pinned("b"), status: { conditions: [hung] } };
    expect(observe({ deployment: deployment(facts), sets }).failure).toEqual({
      reason: "ProgressDeadlineExceeded",
      message: "has timed out",
    });
    expect(
      observe({ deployment: deployment({ ...facts, generation: 4, observedGeneration: 3 }), sets }).failure,
    ).toBeUndefined();
  });

  it("a pod's own words say more than the deadline", () => {
    const seen = observe({
      deployment: deployment({ image: pinned("b"), status: { conditions: [hung] } }),
      sets,
      pods: [pod("new-1", "new", "", waiting("ImagePullBackOff", "no such image"))],
    });
    expect(seen.failure?.reason).toBe("ImagePullBackOff");
  });

  const quota = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota" };

  it("FailedCreate of the newest replica set is a failure, that of an old one is not", () => {
    const deploymentWithQuota = deployment({ image: pinned("b"), status: { conditions: [quota] } });
    const [old, fresh] = sets;
    const blocked = replicaSet("new", 2, pinned("b"), { conditions: [quota] });
    expect(observe({ deployment: deploymentWithQuota, sets: [old ?? {}, blocked] }).failure).toEqual({
      reason: "FailedCreate",
      message: "exceeded quota",
    });
    const oldBlocked = replicaSet("old", 1, pinned("a"), { conditions: [quota] });
    expect(observe({ deployment: deploymentWithQuota, sets: [oldBlocked, fresh ?? {}] }).failure).toBeUndefined();
  });

  it("a paused deployment that does not take up the order says so", () => {
    const seen = observe({ deployment: deployment({ image: pinned("c"), spec: { paused: true } }), sets });
    expect(seen.failure?.reason).toBe("DeploymentPaused");
  });

  it("cuts endless words", () => {
    const seen = observe({
      deployment: deployment({ image: pinned("b") }),
      sets,
      pods: [pod("new-1", "new", "", waiting("ImagePullBackOff", "x".repeat(5000)))],
    });
    expect(seen.failure?.message.length).toBeLessThanOrEqual(600);
  });
});

describe("what a stateful set runs", () => {
  const object = (status: object) => deployment({ image: pinned("b"), status: { updateRevision: "r2", ...status } });
  const member = (name: string, revision: string, container: object) =>
    pod(
      name,
      "deployment",
      pinned("b"),
      { ...container },
      { metadata: { labels: { "controller-revision-hash": revision } } },
    );
  const observeSet = (status: object, pods: object[]) =>
    summarize(statefulSetRef, {
      at,
      workload: slimWorkload("statefulSet", object(status)),
      replicaSets: [],
      pods: pods.map(slimPod),
    });

  it("marks the pods of the update revision", () => {
    const seen = observeSet({}, [
      member("backend-0", "r1", waiting("CrashLoopBackOff")),
      member("backend-1", "r2", {}),
    ]);
    expect(seen.pods.map(({ name, current }) => [name, current])).toEqual([
      ["backend-0", false],
      ["backend-1", true],
    ]);
    expect(seen.failure).toBeUndefined();
  });

  it("takes ready for available where the cluster is too old to say, and only without minReadySeconds", () => {
    expect(observeSet({ availableReplicas: undefined }, []).available).toBe(2);
    const slow = slimWorkload("statefulSet", {
      ...object({ availableReplicas: undefined }),
      spec: { minReadySeconds: 30, template: { spec: { containers: [{ name: "backend", image: pinned("b") }] } } },
    });
    expect(summarize(statefulSetRef, { at, workload: slow, replicaSets: [], pods: [] }).available).toBe(0);
  });
});
