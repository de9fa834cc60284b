import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { describeRefusals } from "@/lib/adapters/kubernetes/refusals.contract";
import {
  type ClusterUnderTest,
  ContractFixture,
  changeTo,
  runs,
} from "@/lib/adapters/kubernetes/testing/contract-fixture";
import { startFragileProxy } from "@/lib/adapters/kubernetes/testing/fragile-proxy";
import { describeTraces } from "@/lib/adapters/kubernetes/trace.contract";

const timeoutMs = 90_000;

/**
 * What every cluster that Waybill deploys to has to hold, and Waybill's adapter with it. Needs nothing of the cluster
 * but a namespace; every test makes its own workloads.
 */
export function describeKubernetesTarget(
  name: string,
  options: { start: () => Promise<ClusterUnderTest>; validatesSpecs: boolean; logs: boolean },
): void {
  describe(name, { timeout: timeoutMs }, () => {
    let fixture: ContractFixture;
    beforeAll(async () => {
      fixture = new ContractFixture(await options.start());
    }, timeoutMs);
    afterAll(() => fixture?.cluster.close(), timeoutMs);
    afterEach(() => fixture.cleanUp(), timeoutMs);

    describe("an order", () => {
      it("by digest is taken and then seen running, with who ordered it", async () => {
        const { ref, first, observations } = await fixture.running();
        const before = await fixture.target.observe(ref);
        const change = changeTo(await fixture.cluster.image("up"), {
          promotion: "prm_42",
          generation: 7,
          deadlineSeconds: 300,
        });
        const plan = await fixture.target.plan(ref, change);
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
        const applied = await fixture.target.apply(ref, change, plan);
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
        const observation = await fixture.target.observe(ref);
        expect(observation).toMatchObject({ specDigest: change.digest, promotion: "prm_42", ready: 2 });
        expect(observation.pods.map(({ digest }) => digest)).toEqual([change.digest, change.digest]);

        const { spec = {} } = await fixture.admin.must("GET", fixture.pathOf(ref));
        expect(spec.progressDeadlineSeconds).toBe(300);
        expect(JSON.stringify(spec.template)).not.toContain("waybill.dev");
      });

      it("given twice is written once", async () => {
        const { ref, observations } = await fixture.running();
        const change = changeTo(await fixture.cluster.image("up"), { deadlineSeconds: 300 });
        const applied = await fixture.deploy(ref, change);
        const plan = await fixture.target.plan(ref, change);
        expect(plan).toMatchObject({
          alreadyApplied: true,
          changes: [],
          currentGeneration: 1,
          currentPromotion: "prm_1",
        });
        expect(await fixture.target.apply(ref, change, plan)).toMatchObject({
          written: false,
          targetGeneration: applied.targetGeneration,
        });
        await observations.see(ref, runs(change.digest), { what: "the new digest running" });
      });

      it("for the same digest by another promotion restarts nothing", async () => {
        const { ref, first, observations } = await fixture.running();
        const before = await fixture.target.observe(ref);
        const change = changeTo(first, { promotion: "prm_9", generation: 9 });
        const { written, targetGeneration } = await fixture.deploy(ref, change);
        expect(written).toBe(true);
        // A real cluster counts a deployment's annotations as a new generation, but rolls nothing for them.
        const seen = await observations.see(
          ref,
          ({ promotion, observedGeneration }) => promotion === "prm_9" && observedGeneration >= targetGeneration,
          { what: "the promotion" },
        );
        expect(seen.pods.map(({ name: pod }) => pod)).toEqual(before.pods.map(({ name: pod }) => pod));
      });

      it("planned on what has changed since is refused, and nothing is written", async () => {
        const { ref } = await fixture.running();
        const change = changeTo(await fixture.cluster.image("up"));
        const plan = await fixture.target.plan(ref, change);
        await fixture.admin.patch(fixture.pathOf(ref), { metadata: { annotations: { "changed-by": "somebody" } } });
        await expect(fixture.target.apply(ref, change, plan)).rejects.toMatchObject({ code: "conflict", status: 409 });
        expect(await fixture.target.observe(ref)).toMatchObject({
          promotion: undefined,
          specDigest: plan.currentDigest,
        });
      });

      it("already applied, but changed since the plan, is refused", async () => {
        const { ref, first } = await fixture.running();
        const change = changeTo(first);
        await fixture.deploy(ref, change);
        const plan = await fixture.target.plan(ref, change);
        expect(plan.alreadyApplied).toBe(true);
        await fixture.deploy(ref, changeTo(first, { promotion: "prm_2", generation: 2 }));
        await expect(fixture.target.apply(ref, change, plan)).rejects.toMatchObject({ code: "conflict" });
      });

      it("of a generation behind the one that stands there is refused, and nothing is written", async () => {
        const { ref, first } = await fixture.running();
        await fixture.deploy(ref, changeTo(first, { promotion: "prm_5", generation: 5 }));
        const late = changeTo(await fixture.cluster.image("up"), { promotion: "prm_4", generation: 4 });
        const plan = await fixture.target.plan(ref, late);
        expect(plan.currentGeneration).toBe(5);
        await expect(fixture.target.apply(ref, late, plan)).rejects.toMatchObject({
          code: "conflict",
          retryable: false,
        });
        await expect(fixture.target.revert(ref, late, plan)).rejects.toMatchObject({
          code: "conflict",
          retryable: false,
        });
        expect(await fixture.target.observe(ref)).toMatchObject({
          promotion: "prm_5",
          generation: 5,
          specDigest: first.digest,
        });
      });

      it.runIf(options.validatesSpecs)("that the cluster finds wrong is invalid, in its words", async () => {
        const { ref, first } = await fixture.running();
        await expect(fixture.deploy(ref, changeTo(first, { deadlineSeconds: -1 }))).rejects.toMatchObject({
          code: "invalid",
          retryable: false,
          message: expect.stringContaining("progressDeadlineSeconds"),
        });
      });
    });

    describe("a strategy", () => {
      it("recreate takes the rolling update's settings away, rolling brings them back", async () => {
        const { ref, observations } = await fixture.running();
        const change = changeTo(await fixture.cluster.image("up"), { strategy: { kind: "recreate" } });
        await fixture.deploy(ref, change);
        const recreated = await fixture.admin.must("GET", fixture.pathOf(ref));
        expect(recreated.spec?.strategy).toEqual({ type: "Recreate" });
        await observations.see(ref, runs(change.digest), { what: "the recreated pods" });
        expect((await fixture.target.plan(ref, change)).alreadyApplied).toBe(true);

        const strategy = { kind: "rolling", maxSurge: 1, maxUnavailable: 0 } as const;
        const next = changeTo(await fixture.cluster.image("up"), { generation: 2, strategy });
        await fixture.deploy(ref, next);
        const rolled = await fixture.admin.must("GET", fixture.pathOf(ref));
        expect(rolled.spec?.strategy).toEqual({
          type: "RollingUpdate",
          rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
        });
        await observations.see(ref, runs(next.digest), { what: "the rolled pods" });
      });
    });

    describe("a stateful set", () => {
      it("is updated by digest, pod by pod", async () => {
        const { ref, observations } = await fixture.running("statefulSet");
        const change = changeTo(await fixture.cluster.image("up"), { deadlineSeconds: 300 });
        await fixture.deploy(ref, change);
        const seen = await observations.see(ref, runs(change.digest), { what: "both pods on the new digest" });
        expect(seen.pods.map((pod) => pod.name)).toEqual([`${ref.workload.name}-0`, `${ref.workload.name}-1`]);
        expect((await fixture.target.plan(ref, change)).alreadyApplied).toBe(true);
        expect(runs(change.digest)(await fixture.target.observe(ref))).toBe(true);
      });

      it("cannot be recreated", async () => {
        const { ref, first } = await fixture.running("statefulSet");
        const change = changeTo(first, { strategy: { kind: "recreate" } });
        await expect(fixture.target.plan(ref, change)).rejects.toMatchObject({ code: "misconfigured" });
      });

      it("whose new image does not come fails at once", async () => {
        const { ref, observations } = await fixture.running("statefulSet");
        await fixture.deploy(ref, changeTo(await fixture.cluster.image("missing")));
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
      ] as const)("with an image that is %s says %s at once, and is over when reverted", async (behaviour, reason) => {
        const { ref, first, observations } = await fixture.running();
        const bad = changeTo(await fixture.cluster.image(behaviour), { deadlineSeconds: 600 });
        await fixture.deploy(ref, bad);
        const failed = await observations.see(ref, ({ failure }) => failure?.reason === reason, { what: reason });
        expect(failed.failure?.message).not.toBe("");
        const broken = failed.pods.filter(({ trouble }) => trouble?.reason === reason);
        expect(broken.length).toBeGreaterThan(0);
        expect(broken.every(({ current, ready }) => current && !ready)).toBe(true);
        if (behaviour === "crash") expect(failed.failure?.message).toContain("exit code 1");
        // A container that crashes is between two tries now and then: one look may find it running.
        else expect((await fixture.target.observe(ref)).failure?.reason).toBe(reason);

        const back = changeTo(first, { promotion: "prm_2", generation: 2, deadlineSeconds: 600 });
        const reverted = await fixture.deploy(ref, back, "revert");
        expect(reverted.written).toBe(true);
        const seen = await observations.see(ref, runs(first.digest), { what: "the first image again", fresh: true });
        expect(seen).toMatchObject({ promotion: "prm_2", failure: undefined });
        const since = observations.all.filter(({ observation }) => observation.promotion === "prm_2");
        expect(since.map(({ observation }) => observation.failure)).toEqual(since.map(() => undefined));
      });

      it("without a word of its pods says ProgressDeadlineExceeded", async () => {
        const { ref, observations } = await fixture.running();
        const change = changeTo(await fixture.cluster.image("unready"), { deadlineSeconds: 3 });
        await fixture.deploy(ref, change);
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
      it("is seen within seconds, with the promotion that it did not come from", async () => {
        const { ref, first, observations } = await fixture.running();
        await fixture.deploy(ref, changeTo(first, { promotion: "prm_3", generation: 3 }));
        const other = await fixture.cluster.image("up");
        await fixture.setImageByHand(ref, `${other.image}@${other.digest}`);
        const seen = await observations.see(ref, ({ specDigest }) => specDigest === other.digest, {
          what: "the digest set by hand",
        });
        expect(seen).toMatchObject({ promotion: "prm_3", generation: 3 });
        await observations.see(ref, runs(other.digest), { what: "the pods of the change by hand" });
      });

      it("to a tag is seen as no digest at all", async () => {
        const { ref, first, observations } = await fixture.running();
        await fixture.setImageByHand(ref, `${first.image}:latest`);
        const seen = await observations.see(ref, ({ specImage }) => specImage?.endsWith(":latest") === true, {
          what: "the tag set by hand",
        });
        expect(seen.specDigest).toBeUndefined();
      });

      it("that deletes the workload is seen, and so is its return", async () => {
        const { ref, first, observations } = await fixture.running();
        await fixture.admin.must("DELETE", fixture.pathOf(ref));
        const seen = await observations.see(ref, ({ exists }) => !exists, { what: "the deletion" });
        expect(seen).toMatchObject({ pods: [], specDigest: undefined });
        await fixture.create(ref, `${first.image}@${first.digest}`);
        await observations.see(ref, runs(first.digest), { what: "the return", fresh: true });
      });
    });

    describe("a watch", () => {
      it("tells of what does not exist that it does not, and of several workloads each its own", async () => {
        const [one, two, none] = [fixture.refTo(), fixture.refTo("statefulSet"), fixture.refTo()];
        const [first, second] = [await fixture.cluster.image("up"), await fixture.cluster.image("up")];
        await fixture.create(one, `${first.image}@${first.digest}`);
        await fixture.create(two, `${second.image}@${second.digest}`);
        const observations = fixture.watch([one, two, none]);
        await observations.see(none, ({ exists }) => !exists, { what: "that there is none" });
        await observations.see(one, runs(first.digest), { what: "the deployment" });
        await observations.see(two, runs(second.digest), { what: "the stateful set" });
      });

      it.each([
        ["a broken connection", "cut"],
        ["a 410", "expire"],
      ] as const)("goes on after %s", async (_, how) => {
        const { ref, first } = await fixture.running();
        const proxy = await startFragileProxy(fixture.cluster.kubeconfig);
        fixture.atEnd(() => proxy.close());
        const observations = fixture.watch([ref], fixture.targetAs(proxy.kubeconfig));
        await observations.see(ref, runs(first.digest), { what: "the first image" });
        for (let round = 1; round <= 2; round += 1) {
          proxy[how]();
          const next = changeTo(await fixture.cluster.image("up"), { generation: round, promotion: `prm_${round}` });
          await fixture.deploy(ref, next);
          await observations.see(ref, runs(next.digest), { what: `the change after interruption ${round}` });
        }
        if (how === "cut") expect(observations.troubles[0]).toMatchObject({ retryable: true });
        else expect(observations.troubles.filter(({ code }) => code !== "gone")).toEqual([]);
      });

      it("polls where it may list but not watch, and says so", async () => {
        const { ref, first } = await fixture.running();
        const proxy = await startFragileProxy(fixture.cluster.kubeconfig);
        fixture.atEnd(() => proxy.close());
        proxy.refuseWatches = true;
        const observations = fixture.watch([ref], fixture.targetAs(proxy.kubeconfig));
        await observations.see(ref, runs(first.digest), { what: "the first image" });
        const next = changeTo(await fixture.cluster.image("up"));
        await fixture.deploy(ref, next);
        await observations.see(ref, runs(next.digest), { what: "the change, by polling" });
        expect(proxy.watches()).toBe(0);
        expect(observations.troubles[0]).toMatchObject({ code: "forbidden" });
      });

      it("ends when told to, though its requests are open for minutes", async () => {
        const { observations } = await fixture.running();
        await observations.stop();
        const told = observations.all.length;
        await observations.stop();
        expect(observations.all).toHaveLength(told);
      });
    });

    describeTraces(() => fixture, options);
    describeRefusals(() => fixture);
  });
}
