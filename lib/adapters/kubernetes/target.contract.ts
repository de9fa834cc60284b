import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createKubernetesTarget } from "@/lib/adapters/kubernetes/target";
import { BareApi, kubeconfigWithUser } from "@/lib/adapters/kubernetes/testing/bare-api";
import { startFragileProxy } from "@/lib/adapters/kubernetes/testing/fragile-proxy";
import { Observations } from "@/lib/adapters/kubernetes/testing/observations";
import type { Behaviour } from "@/lib/adapters/kubernetes/testing/play-kubelet";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { DeployTarget, KubernetesTargetRef, TargetChange, TargetObservation } from "@/lib/ports/deploy-target";

/** A cluster that is up, with one namespace that Waybill may deploy to. */
export interface ClusterUnderTest {
  /** Kubeconfigs as text: of a user with the rights of deploy/rbac.yaml, and of an administrator. */
  kubeconfig: string;
  adminKubeconfig: string;
  namespace: string;
  /** A caller and a namespace in which it may do nothing. */
  forbidden: { kubeconfig: string; namespace: string };
  /** A new image, different at every call, whose pods behave so once they are started. */
  image(behaviour: Behaviour): Promise<{ image: string; digest: Digest }>;
  close(): Promise<void>;
}

const container = "app";
const timeoutMs = 90_000;

/** A deployment or stateful set of two pods, which no real scheduler or node takes up. */
function workloadObject(kind: "Deployment" | "StatefulSet", name: string, image: string) {
  const labels = { app: name };
  const securityContext = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
  const spec = {
    schedulerName: "waybill-test-nobody",
    terminationGracePeriodSeconds: 0,
    containers: [{ name: container, image, securityContext }],
  };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
      ...(kind === "StatefulSet" ? { serviceName: name } : {}),
    },
  };
}

/** Everything runs `digest`, by the cluster's own word and by what its pods report. */
function runs(digest: Digest) {
  return (seen: TargetObservation) =>
    seen.observedGeneration >= seen.targetGeneration &&
    seen.specDigest === digest &&
    seen.updated === 2 &&
    seen.ready === 2 &&
    seen.available === 2 &&
    seen.pods.length === 2 &&
    seen.pods.every((pod) => pod.current && pod.ready && pod.digest === digest);
}

/**
 * What every cluster that Waybill deploys to has to hold, and Waybill's adapter with it. Needs nothing of the cluster
 * but a namespace; every test makes its own workloads.
 */
export function describeKubernetesTarget(
  name: string,
  options: { start: () => Promise<ClusterUnderTest>; validatesSpecs: boolean },
): void {
  describe(name, () => {
    let cluster: ClusterUnderTest;
    let admin: BareApi;
    let target: DeployTarget;
    let count = 0;
    const cleanups: (() => Promise<unknown>)[] = [];

    beforeAll(async () => {
      cluster = await options.start();
      admin = new BareApi(cluster.adminKubeconfig);
      target = targetAs(cluster.kubeconfig);
    }, timeoutMs);
    afterAll(() => cluster?.close(), timeoutMs);
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });

    const targetAs = (kubeconfig: string) =>
      createKubernetesTarget({
        name: "test",
        kubeconfig: async () => kubeconfig,
        requestTimeoutMs: 10_000,
        pollMs: 1000,
      });

    function pathOf(ref: KubernetesTargetRef): string {
      const kind = ref.workload.kind === "deployment" ? "deployments" : "statefulsets";
      return `/apis/apps/v1/namespaces/${ref.namespace}/${kind}/${ref.workload.name}`;
    }

    function watch(refs: KubernetesTargetRef[], watched = target): Observations {
      const observations = new Observations(watched, refs);
      cleanups.push(() => observations.stop());
      return observations;
    }

    function refTo(kind: "deployment" | "statefulSet" = "deployment"): KubernetesTargetRef {
      count += 1;
      const workload = { kind, name: `${kind.toLowerCase()}-${count}` };
      return { kind: "kubernetes", connection: "test", namespace: cluster.namespace, workload, container };
    }

    async function create(ref: KubernetesTargetRef, image: string): Promise<void> {
      const kind = ref.workload.kind === "deployment" ? "Deployment" : "StatefulSet";
      const collection = pathOf(ref).slice(0, -ref.workload.name.length - 1);
      await admin.must("POST", collection, workloadObject(kind, ref.workload.name, image));
      cleanups.push(() => admin.call("DELETE", pathOf(ref)));
    }

    /** A workload that runs a good image, put there by hand, and a watch that has seen it run. */
    async function running(kind?: "deployment" | "statefulSet") {
      const ref = refTo(kind);
      const first = await cluster.image("up");
      await create(ref, `${first.image}@${first.digest}`);
      const observations = watch([ref]);
      await observations.see(ref, runs(first.digest), { what: "the first image running" });
      return { ref, first, observations };
    }

    function changeTo(image: { image: string; digest: Digest }, more: Partial<TargetChange> = {}): TargetChange {
      return { ...image, promotion: "prm_1", generation: 1, strategy: { kind: "rolling" }, ...more };
    }

    async function deploy(ref: KubernetesTargetRef, change: TargetChange) {
      return target.apply(ref, change, await target.plan(ref, change));
    }

    describe("an order", () => {
      it("by digest is taken and then seen running, with who ordered it", { timeout: timeoutMs }, async () => {
        const { ref, first, observations } = await running();
        const before = await target.observe(ref);
        const change = changeTo(await cluster.image("up"), {
          promotion: "prm_42",
          generation: 7,
          deadlineSeconds: 300,
        });
        const plan = await target.plan(ref, change);
        expect(plan).toMatchObject({
          exists: true,
          alreadyApplied: false,
          currentImage: `${first.image}@${first.digest}`,
          currentDigest: first.digest,
          currentPromotion: undefined,
          currentGeneration: 0,
        });
        expect(plan.changes).toContainEqual({
          path: "spec.template.spec.containers[app].image",
          from: `${first.image}@${first.digest}`,
          to: `${change.image}@${change.digest}`,
        });
        const applied = await target.apply(ref, change, plan);
        expect(applied).toMatchObject({ written: true, targetGeneration: before.targetGeneration + 1 });

        const seen = await observations.see(ref, runs(change.digest), { what: "the new digest running" });
        expect(seen).toMatchObject({
          promotion: "prm_42",
          generation: 7,
          specImage: `${change.image}@${change.digest}`,
          targetGeneration: applied.targetGeneration,
          desired: 2,
          failure: undefined,
        });
        const observation = await target.observe(ref);
        expect(observation).toMatchObject({ specDigest: change.digest, promotion: "prm_42", ready: 2 });
        expect(observation.pods.map(({ digest }) => digest)).toEqual([change.digest, change.digest]);

        const { spec = {} } = await admin.must("GET", pathOf(ref));
        expect(spec.progressDeadlineSeconds).toBe(300);
        expect(JSON.stringify(spec.template)).not.toContain("waybill.dev");
      });

      it("given twice is written once", { timeout: timeoutMs }, async () => {
        const { ref, observations } = await running();
        const change = changeTo(await cluster.image("up"), { deadlineSeconds: 300 });
        const applied = await deploy(ref, change);
        const plan = await target.plan(ref, change);
        expect(plan).toMatchObject({
          alreadyApplied: true,
          changes: [],
          currentGeneration: 1,
          currentPromotion: "prm_1",
        });
        expect(await target.apply(ref, change, plan)).toMatchObject({
          written: false,
          targetGeneration: applied.targetGeneration,
        });
        await observations.see(ref, runs(change.digest), { what: "the new digest running" });
      });

      it("for the same digest by another promotion restarts nothing", { timeout: timeoutMs }, async () => {
        const { ref, first, observations } = await running();
        const before = await target.observe(ref);
        const change = changeTo(first, { promotion: "prm_9", generation: 9 });
        const { written, targetGeneration } = await deploy(ref, change);
        expect(written).toBe(true);
        // A real cluster counts a deployment's annotations as a new generation, but rolls nothing for them.
        const seen = await observations.see(
          ref,
          ({ promotion, observedGeneration }) => promotion === "prm_9" && observedGeneration >= targetGeneration,
          { what: "the promotion" },
        );
        expect(seen.pods.map(({ name: pod }) => pod)).toEqual(before.pods.map(({ name: pod }) => pod));
      });

      it("planned on what has changed since is refused, and nothing is written", { timeout: timeoutMs }, async () => {
        const { ref } = await running();
        const change = changeTo(await cluster.image("up"));
        const plan = await target.plan(ref, change);
        await admin.patch(pathOf(ref), { metadata: { annotations: { "changed-by": "somebody" } } });
        await expect(target.apply(ref, change, plan)).rejects.toMatchObject({ code: "conflict", status: 409 });
        expect(await target.observe(ref)).toMatchObject({ promotion: undefined, specDigest: plan.currentDigest });
      });

      it("already applied, but changed since the plan, is refused", { timeout: timeoutMs }, async () => {
        const { ref, first } = await running();
        const change = changeTo(first);
        await deploy(ref, change);
        const plan = await target.plan(ref, change);
        expect(plan.alreadyApplied).toBe(true);
        await deploy(ref, changeTo(first, { promotion: "prm_2", generation: 2 }));
        await expect(target.apply(ref, change, plan)).rejects.toMatchObject({ code: "conflict" });
      });

      it("of a generation behind the one that stands there is refused, and nothing is written", {
        timeout: timeoutMs,
      }, async () => {
        const { ref, first } = await running();
        await deploy(ref, changeTo(first, { promotion: "prm_5", generation: 5 }));
        const late = changeTo(await cluster.image("up"), { promotion: "prm_4", generation: 4 });
        const plan = await target.plan(ref, late);
        expect(plan.currentGeneration).toBe(5);
        await expect(target.apply(ref, late, plan)).rejects.toMatchObject({ code: "conflict", retryable: false });
        await expect(target.revert(ref, late, plan)).rejects.toMatchObject({ code: "conflict", retryable: false });
        expect(await target.observe(ref)).toMatchObject({
          promotion: "prm_5",
          generation: 5,
          specDigest: first.digest,
        });
      });

      it.runIf(options.validatesSpecs)(
        "that the cluster finds wrong is invalid, in its words",
        { timeout: timeoutMs },
        async () => {
          const { ref, first } = await running();
          await expect(deploy(ref, changeTo(first, { deadlineSeconds: -1 }))).rejects.toMatchObject({
            code: "invalid",
            retryable: false,
            message: expect.stringContaining("progressDeadlineSeconds"),
          });
        },
      );
    });

    describe("a strategy", () => {
      it("recreate takes the rolling update's settings away, rolling brings them back", {
        timeout: timeoutMs,
      }, async () => {
        const { ref, observations } = await running();
        const change = changeTo(await cluster.image("up"), { strategy: { kind: "recreate" } });
        await deploy(ref, change);
        const recreated = await admin.must("GET", pathOf(ref));
        expect(recreated.spec?.strategy).toEqual({ type: "Recreate" });
        await observations.see(ref, runs(change.digest), { what: "the recreated pods" });
        expect((await target.plan(ref, change)).alreadyApplied).toBe(true);

        const strategy = { kind: "rolling", maxSurge: 1, maxUnavailable: 0 } as const;
        const next = changeTo(await cluster.image("up"), { generation: 2, strategy });
        await deploy(ref, next);
        const rolled = await admin.must("GET", pathOf(ref));
        expect(rolled.spec?.strategy).toEqual({
          type: "RollingUpdate",
          rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
        });
        await observations.see(ref, runs(next.digest), { what: "the rolled pods" });
      });
    });

    describe("a stateful set", () => {
      it("is updated by digest, pod by pod", { timeout: timeoutMs }, async () => {
        const { ref, observations } = await running("statefulSet");
        const change = changeTo(await cluster.image("up"), { deadlineSeconds: 300 });
        await deploy(ref, change);
        const seen = await observations.see(ref, runs(change.digest), { what: "both pods on the new digest" });
        expect(seen.pods.map((pod) => pod.name)).toEqual([`${ref.workload.name}-0`, `${ref.workload.name}-1`]);
        expect((await target.plan(ref, change)).alreadyApplied).toBe(true);
        expect(runs(change.digest)(await target.observe(ref))).toBe(true);
      });

      it("cannot be recreated", { timeout: timeoutMs }, async () => {
        const { ref, first } = await running("statefulSet");
        const change = changeTo(first, { strategy: { kind: "recreate" } });
        await expect(target.plan(ref, change)).rejects.toMatchObject({ code: "misconfigured" });
      });

      it("whose new image does not come fails at once", { timeout: timeoutMs }, async () => {
        const { ref, observations } = await running("statefulSet");
        await deploy(ref, changeTo(await cluster.image("missing")));
        const seen = await observations.see(ref, ({ failure }) => failure?.reason === "ImagePullBackOff", {
          what: "the failure",
        });
        expect(seen.pods.filter(({ current }) => current)).toHaveLength(1);
      });
    });

    describe("a rollout that fails", () => {
      it.each([
        ["missing", "ImagePullBackOff"],
        ["crash", "CrashLoopBackOff"],
      ] as const)(
        "with an image that is %s says %s at once, and is over when reverted",
        { timeout: timeoutMs },
        async (behaviour, reason) => {
          const { ref, first, observations } = await running();
          const bad = changeTo(await cluster.image(behaviour), { deadlineSeconds: 600 });
          await deploy(ref, bad);
          const failed = await observations.see(ref, ({ failure }) => failure?.reason === reason, { what: reason });
          expect(failed.failure?.message).not.toBe("");
          const broken = failed.pods.filter(({ trouble }) => trouble?.reason === reason);
          expect(broken.length).toBeGreaterThan(0);
          expect(broken.every(({ current, ready }) => current && !ready)).toBe(true);
          if (behaviour === "crash") expect(failed.failure?.message).toContain("exit code 1");
          expect((await target.observe(ref)).failure?.reason).toBe(reason);

          const back = changeTo(first, { promotion: "prm_2", generation: 2, deadlineSeconds: 600 });
          const reverted = await target.revert(ref, back, await target.plan(ref, back));
          expect(reverted.written).toBe(true);
          const seen = await observations.see(ref, runs(first.digest), { what: "the first image again", fresh: true });
          expect(seen).toMatchObject({ promotion: "prm_2", failure: undefined });
          const since = observations.all.filter(({ observation }) => observation.promotion === "prm_2");
          expect(since.map(({ observation }) => observation.failure)).toEqual(since.map(() => undefined));
        },
      );

      it("without a word of its pods says ProgressDeadlineExceeded", { timeout: timeoutMs }, async () => {
        const { ref, observations } = await running();
        const change = changeTo(await cluster.image("unready"), { deadlineSeconds: 3 });
        await deploy(ref, change);
        const seen = await observations.see(ref, ({ failure }) => failure !== undefined, { what: "the failure" });
        expect(seen.failure).toEqual({
          reason: "ProgressDeadlineExceeded",
          message: expect.stringContaining("has timed out progressing"),
        });
        const hanging = seen.pods.filter(({ current }) => current);
        expect(hanging.map(({ digest, ready }) => ({ digest, ready }))).toEqual(
          hanging.map(() => ({ digest: change.digest, ready: false })),
        );
      });
    });

    describe("a change by hand", () => {
      it("is seen within seconds, with the promotion that it did not come from", { timeout: timeoutMs }, async () => {
        const { ref, first, observations } = await running();
        await deploy(ref, changeTo(first, { promotion: "prm_3", generation: 3 }));
        const other = await cluster.image("up");
        const byHand = {
          spec: { template: { spec: { containers: [{ name: container, image: `${other.image}@${other.digest}` }] } } },
        };
        await admin.patch(pathOf(ref), byHand);
        const seen = await observations.see(ref, ({ specDigest }) => specDigest === other.digest, {
          what: "the digest set by hand",
          timeoutMs: 5000,
        });
        expect(seen).toMatchObject({ promotion: "prm_3", generation: 3 });
        await observations.see(ref, runs(other.digest), { what: "the pods of the change by hand" });
      });

      it("to a tag is seen as no digest at all", { timeout: timeoutMs }, async () => {
        const { ref, first, observations } = await running();
        const byHand = {
          spec: { template: { spec: { containers: [{ name: container, image: `${first.image}:latest` }] } } },
        };
        await admin.patch(pathOf(ref), byHand);
        const seen = await observations.see(ref, ({ specImage }) => specImage?.endsWith(":latest") === true, {
          what: "the tag set by hand",
          timeoutMs: 5000,
        });
        expect(seen.specDigest).toBeUndefined();
      });

      it("that deletes the workload is seen, and so is its return", { timeout: timeoutMs }, async () => {
        const { ref, first, observations } = await running();
        await admin.must("DELETE", pathOf(ref));
        const seen = await observations.see(ref, ({ exists }) => !exists, { what: "the deletion" });
        expect(seen).toMatchObject({ pods: [], specDigest: undefined });
        await create(ref, `${first.image}@${first.digest}`);
        await observations.see(ref, runs(first.digest), { what: "the return", fresh: true });
      });
    });

    describe("a watch", () => {
      it("tells of what does not exist that it does not, and of several workloads each its own", {
        timeout: timeoutMs,
      }, async () => {
        const [one, two, none] = [refTo(), refTo("statefulSet"), refTo()];
        const [first, second] = [await cluster.image("up"), await cluster.image("up")];
        await create(one, `${first.image}@${first.digest}`);
        await create(two, `${second.image}@${second.digest}`);
        const observations = watch([one, two, none]);
        await observations.see(none, ({ exists }) => !exists, { what: "that there is none" });
        await observations.see(one, runs(first.digest), { what: "the deployment" });
        await observations.see(two, runs(second.digest), { what: "the stateful set" });
      });

      it.each([
        ["a broken connection", "cut"],
        ["a 410", "expire"],
      ] as const)("goes on after %s", { timeout: timeoutMs }, async (_, how) => {
        const { ref, first } = await running();
        const proxy = await startFragileProxy(cluster.kubeconfig);
        cleanups.push(() => proxy.close());
        const observations = watch([ref], targetAs(proxy.kubeconfig));
        await observations.see(ref, runs(first.digest), { what: "the first image" });
        for (let round = 1; round <= 2; round += 1) {
          proxy[how]();
          const next = changeTo(await cluster.image("up"), { generation: round, promotion: `prm_${round}` });
          await deploy(ref, next);
          await observations.see(ref, runs(next.digest), { what: `the change after interruption ${round}` });
        }
        if (how === "cut") expect(observations.troubles[0]).toMatchObject({ retryable: true });
        else expect(observations.troubles.filter(({ code }) => code !== "gone")).toEqual([]);
      });

      it("polls where it may list but not watch, and says so", { timeout: timeoutMs }, async () => {
        const { ref, first } = await running();
        const proxy = await startFragileProxy(cluster.kubeconfig);
        cleanups.push(() => proxy.close());
        proxy.refuseWatches = true;
        const observations = watch([ref], targetAs(proxy.kubeconfig));
        await observations.see(ref, runs(first.digest), { what: "the first image" });
        const next = changeTo(await cluster.image("up"));
        await deploy(ref, next);
        await observations.see(ref, runs(next.digest), { what: "the change, by polling" });
        expect(proxy.watches()).toBe(0);
        expect(observations.troubles[0]).toMatchObject({ code: "forbidden" });
      });

      it("ends at once when told to", { timeout: timeoutMs }, async () => {
        const { observations } = await running();
        const started = performance.now();
        await observations.stop();
        expect(performance.now() - started).toBeLessThan(1000);
      });
    });

    describe("what cannot be done", () => {
      it("to a workload that does not exist", async () => {
        const ref = refTo();
        const change = changeTo(await cluster.image("up"));
        const plan = await target.plan(ref, change);
        expect(plan).toMatchObject({ exists: false, alreadyApplied: false, fence: undefined });
        await expect(target.apply(ref, change, plan)).rejects.toMatchObject({ code: "notFound" });
        expect(await target.observe(ref)).toMatchObject({ exists: false });
      });

      it("to a workload deleted since the plan", { timeout: timeoutMs }, async () => {
        const { ref } = await running();
        const change = changeTo(await cluster.image("up"));
        const plan = await target.plan(ref, change);
        await admin.must("DELETE", pathOf(ref));
        await expect(target.apply(ref, change, plan)).rejects.toMatchObject({ code: "notFound", status: 404 });
      });

      it("to a container that is not there", { timeout: timeoutMs }, async () => {
        const { ref, first } = await running();
        const other = { ...ref, container: "api" };
        await expect(target.plan(other, changeTo(first))).rejects.toMatchObject({
          code: "misconfigured",
          message: expect.stringContaining('no container "api"; it has: app'),
        });
      });

      it("with a token that the cluster does not know", async () => {
        const stranger = targetAs(
          kubeconfigWithUser(cluster.kubeconfig, { token: "not-a-token-of-this-cluster" }, false),
        );
        const ref = refTo();
        await expect(stranger.check()).rejects.toMatchObject({ code: "unauthorized", retryable: false, status: 401 });
        await expect(stranger.observe(ref)).rejects.toMatchObject({ code: "unauthorized" });
        const observations = watch([ref], stranger);
        await observations.until(() => observations.troubles.length > 0, "the trouble");
        expect(observations.troubles[0]).toMatchObject({ code: "unauthorized" });
        expect(observations.all).toEqual([]);
      });

      it("in a namespace without the rights", async () => {
        const { kubeconfig, namespace } = cluster.forbidden;
        const outside = targetAs(kubeconfig);
        const ref = { ...refTo(), namespace };
        await expect(outside.observe(ref)).rejects.toMatchObject({
          code: "forbidden",
          retryable: false,
          status: 403,
          message: expect.stringContaining("is forbidden"),
        });
        await expect(outside.plan(ref, changeTo(await cluster.image("up")))).rejects.toMatchObject({
          code: "forbidden",
        });
        const observations = watch([ref], outside);
        await observations.until(() => observations.troubles.length > 0, "the trouble");
        expect(observations.troubles[0]).toMatchObject({ code: "forbidden" });
        expect(observations.all).toEqual([]);
      });
    });

    describe("the rights of deploy/rbac.yaml", () => {
      it("are enough for the check", async () => {
        await expect(target.check()).resolves.toBeUndefined();
      });

      it("let it delete, create or read nothing else", { timeout: timeoutMs }, async () => {
        const { ref } = await running();
        const limited = new BareApi(cluster.kubeconfig);
        const core = `/api/v1/namespaces/${cluster.namespace}`;
        const apps = `/apis/apps/v1/namespaces/${cluster.namespace}`;
        const [pod] = (await target.observe(ref)).pods;
        const attempts: [string, string][] = [
          ["DELETE", pathOf(ref)],
          ["DELETE", `${core}/pods/${pod?.name}`],
          ["POST", `${apps}/deployments`],
          ["POST", `${apps}/statefulsets`],
          ["POST", `${core}/pods`],
          ["POST", "/api/v1/namespaces"],
          ["PUT", pathOf(ref)],
          ["PATCH", `${pathOf(ref)}/status`],
          ["PATCH", `${core}/pods/${pod?.name}`],
          ["GET", "/api/v1/namespaces"],
          ["GET", "/api/v1/pods"],
          ["GET", "/apis/apps/v1/deployments"],
        ];
        for (const [method, path] of attempts) {
          const body = method === "GET" || method === "DELETE" ? undefined : {};
          const type = method === "PATCH" ? "application/merge-patch+json" : undefined;
          const { status } = await limited.call(method, path, body, type);
          expect([method, path, status]).toEqual([method, path, 403]);
        }
      });
    });
  });
}
