import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type ClusterUnderTest,
  ContractFixture,
  changeTo,
  runs,
} from "@/lib/adapters/kubernetes/testing/contract-fixture";
import type { DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";
import type { DelegatedCommand, DelegatedOutcome, DelegatedTarget } from "@/lib/ports/delegated-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

const timeoutMs = 90_000;
const container = "app";
const steps = [{ setWeight: 50 }, { pause: {} }];
const merge = "application/merge-patch+json";

/** What every cluster with Argo Rollouts has to hold for what it owns, and Waybill's adapter with it. */
export function describeDelegated(name: string, start: () => Promise<ClusterUnderTest>): void {
  describe(name, { timeout: timeoutMs }, () => {
    let fixture: ContractFixture;
    let delegated: DelegatedTarget;
    let count = 0;
    beforeAll(async () => {
      fixture = new ContractFixture(await start());
      if (!fixture.target.delegated) throw new Error("the target knows no controllers");
      delegated = fixture.target.delegated;
    }, timeoutMs);
    afterAll(() => fixture?.cluster.close(), timeoutMs);
    afterEach(() => fixture.cleanUp(), timeoutMs);

    const folder = () => `/apis/argoproj.io/v1alpha1/namespaces/${fixture.cluster.namespace}/rollouts`;

    /** A Rollout of two pods that runs a good image, as somebody put it there. */
    async function stage(extra: object = {}) {
      count += 1;
      const own = `rollout-${count}`;
      const first = await fixture.cluster.image("up");
      const labels = { app: own };
      const containers = [{ name: container, image: `${first.image}@${first.digest}` }];
      const pod = { schedulerName: "waybill-test-nobody", terminationGracePeriodSeconds: 0, containers };
      await fixture.admin.must("POST", folder(), {
        ...{ apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata: { name: own } },
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: pod },
          strategy: { canary: { steps } },
          ...extra,
        },
      });
      fixture.atEnd(() => fixture.admin.call("DELETE", `${folder()}/${own}`));
      const { namespace } = fixture.cluster;
      const workload = { kind: "rollout" as const, name: own };
      const ref: KubernetesTargetRef = { kind: "kubernetes", connection: "test", namespace, workload, container };
      return { ref, first };
    }

    const until = (ref: KubernetesTargetRef, accept: (standing: DelegatedStanding) => boolean) =>
      expect
        .poll(() => delegated.look(ref), { timeout: 60_000, interval: 50 })
        .toSatisfy(accept)
        .then(() => delegated.look(ref));

    /** As the engine does: a controller's write in between is no reason to stop. */
    async function settled(order: () => Promise<DelegatedOutcome>): Promise<DelegatedOutcome> {
      for (;;)
        try {
          return await order();
        } catch (error) {
          if (!(error instanceof ExternalError && error.code === "conflict" && error.retryable)) throw error;
        }
    }

    /** A new digest is on its way, and waits at the pause. */
    async function rolling() {
      const { ref, first } = await stage();
      await until(ref, (one) => one.isSettled);
      const change = changeTo(await fixture.cluster.image("up"), { strategy: { kind: "own" } });
      await fixture.deploy(ref, change);
      await until(ref, (one) => one.pausedBy === "person");
      const by = { promotion: change.promotion, generation: change.generation };
      const tell = (command: DelegatedCommand, more: object = {}) =>
        settled(() => delegated.tell(ref, { command, digest: change.digest, by, ...more }));
      return { ref, first, change, by, tell };
    }

    it("a Rollout is observed and watched as any workload, by its ReplicaSets' pods", async () => {
      const { ref, first } = await stage();
      const observations = fixture.watch([ref]);
      await observations.see(ref, runs(first.digest), { what: "the first image running" });
      expect(await fixture.target.observe(ref)).toMatchObject({ exists: true, specDigest: first.digest, desired: 2 });
    });

    it("an order writes the image and who gave it, and nothing of how the controller rolls out", async () => {
      const { ref, change } = await rolling();
      const { spec, metadata } = await fixture.admin.must("GET", `${folder()}/${ref.workload.name}`);
      expect(spec).toMatchObject({ strategy: { canary: { steps } }, replicas: 2 });
      expect(spec).not.toHaveProperty("progressDeadlineSeconds");
      expect(metadata?.annotations).toMatchObject({ "waybill.dev/promotion": "prm_1", "waybill.dev/generation": "1" });
      expect(await delegated.look(ref)).toMatchObject({
        ...{ digest: change.digest, caughtUp: true, phase: "paused", step: 1, weight: 50, isPromoted: false },
      });
      // Half of the pods are the new ones: what is observed is not of one digest.
      const seen = await fixture.target.observe(ref);
      expect(new Set(seen.pods.map((pod) => pod.digest)).size).toBe(2);
    });

    it("commands are written once each: pause, resume, promote fully", async () => {
      const { ref, change, tell } = await rolling();
      expect(await tell("pause")).toEqual({ kind: "done", written: true });
      expect(await tell("pause")).toEqual({ kind: "done", written: false });
      await until(ref, (one) => one.pausedBy === "hand" && one.caughtUp);
      // Neither ends what another one is for.
      expect(await tell("goPast")).toEqual({ kind: "done", written: false });
      expect(await tell("resume")).toEqual({ kind: "done", written: true });
      await until(ref, (one) => one.pausedBy === "person" && one.caughtUp);
      expect(await tell("resume")).toEqual({ kind: "done", written: false });
      expect(await tell("skipAnalysis")).toEqual({ kind: "done", written: false });
      expect(await tell("promoteFully")).toMatchObject({ kind: "done", written: true });
      await until(ref, (one) => one.isSettled && one.digest === change.digest);
      expect(await tell("promoteFully")).toEqual({ kind: "done", written: false });
      expect(await tell("abort")).toEqual({ kind: "done", written: false });
      expect(await tell("tidyUp")).toEqual({ kind: "done", written: false });
    });

    it("goes past one pause of its own steps when it is told to, and through", async () => {
      const { ref, change, tell } = await rolling();
      expect(await tell("goPast")).toEqual({ kind: "done", written: true });
      expect(await until(ref, (one) => one.phase === "healthy")).toMatchObject({
        digest: change.digest,
        isSettled: true,
      });
    });

    it("an abort brings the pods back and leaves the digest, which the earlier one replaces at once", async () => {
      const { ref, first, change, tell } = await rolling();
      expect(await tell("abort")).toEqual({ kind: "done", written: true });
      const aborted = await until(ref, (one) => one.phase === "degraded");
      expect(aborted).toMatchObject({ isAborted: true, digest: change.digest, weight: 0 });
      expect(aborted.message).toContain("RolloutAborted");
      const back = { ...change, ...first, generation: 2, strategy: { kind: "own" as const } };
      await fixture.deploy(ref, back, "revert");
      expect(await until(ref, (one) => one.isSettled)).toMatchObject({ digest: first.digest, isAborted: false });
    });

    it("a command for another digest or promotion is drift, one of a lower generation a conflict: nothing is written", async () => {
      const { ref, first, by, tell } = await rolling();
      expect(await tell("pause", { digest: first.digest })).toMatchObject({ kind: "drift" });
      expect(await tell("pause", { by: { ...by, promotion: "prm_2" } })).toMatchObject({ kind: "drift" });
      await expect(tell("pause", { by: { ...by, generation: 0 } })).rejects.toMatchObject({
        ...{ code: "conflict", retryable: false },
      });
      expect((await delegated.look(ref)).pausedBy).toBe("person");
    });

    it("what is not there is said, a template elsewhere is refused, and so is what no controller of this kind owns", async () => {
      const { ref } = await stage();
      const nobody = { ...ref, workload: { ...ref.workload, name: "nobody" } };
      expect(await delegated.look(nobody)).toMatchObject({ exists: false });
      await fixture.admin.must(
        "PATCH",
        `${folder()}/${ref.workload.name}`,
        { spec: { template: null, workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name: "api" } } },
        merge,
      );
      const change = changeTo(await fixture.cluster.image("up"), { strategy: { kind: "own" } });
      await expect(fixture.target.plan(ref, change)).rejects.toMatchObject({
        ...{ code: "misconfigured", message: expect.stringContaining("workloadRef") },
      });
      const deployment = { ...ref, workload: { kind: "deployment" as const, name: "api" } };
      await expect(delegated.look(deployment)).rejects.toMatchObject({ code: "misconfigured" });
      const flagger = { ...deployment, canary: "api" };
      await expect(delegated.look(flagger)).rejects.toMatchObject({ code: "misconfigured" });
    });

    it("nothing is read or told by whoever may do nothing there", async () => {
      const { ref } = await stage();
      const { kubeconfig, namespace } = fixture.cluster.forbidden;
      const stranger = fixture.targetAs(kubeconfig).delegated;
      await expect(stranger?.look({ ...ref, namespace })).rejects.toMatchObject({
        code: expect.stringMatching(/^(forbidden|unauthorized)$/),
      });
    });
  });
}
