import { describe, expect, it } from "vitest";
import { type ContractFixture, changeTo } from "@/lib/adapters/kubernetes/testing/contract-fixture";
import { startFragileProxy } from "@/lib/adapters/kubernetes/testing/fragile-proxy";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { TraceLimits } from "@/lib/ports/deploy-target";

const limits: TraceLimits = { pods: 2, events: 5, logLines: 3 };

/** The part of the contract that says what is found of pods that failed. `logs`: whether its nodes give any. */
export function describeTraces(fixture: () => ContractFixture, { logs }: { logs: boolean }): void {
  describe("what failing pods left behind", () => {
    it("is told of the pods of a digest alone: their trouble, their events, and their log or why there is none", async () => {
      const { ref, observations } = await fixture().running();
      const bad = changeTo(await fixture().cluster.image("crash"), { deadlineSeconds: 600 });
      await fixture().deploy(ref, bad);
      const failed = await observations.see(ref, ({ failure }) => failure?.reason === "CrashLoopBackOff", {
        what: "the crash loop",
      });
      const broken = failed.pods.filter(({ digest }) => digest === bad.digest);
      for (const { name } of broken) await fixture().noteEvent(name, "Unhealthy", `${name} did not answer`);

      const traces = await fixture().target.trace?.(ref, bad.digest, limits);
      expect(traces?.length).toBeGreaterThan(0);
      expect(traces?.every(({ pod }) => broken.some(({ name }) => name === pod))).toBe(true);
      for (const trace of traces ?? []) {
        // Between two crashes a pod runs for a moment, in no trouble.
        expect(trace).toMatchObject({ container: "app", ready: false });
        expect([undefined, "CrashLoopBackOff"]).toContain(trace.trouble?.reason);
        expect(trace.noEvents).toBeUndefined();
        expect(trace.events.length).toBeLessThanOrEqual(limits.events);
        expect(trace.events).toContainEqual(
          expect.objectContaining({ type: "Warning", reason: "Unhealthy", message: `${trace.pod} did not answer` }),
        );
        if (logs) {
          expect(trace.log?.text).toContain("ending with exit code 1");
          expect(trace.log?.text.split("\n").length).toBeLessThanOrEqual(limits.logLines);
          expect(trace.noLog).toBeUndefined();
        } else {
          expect(trace.log).toBeUndefined();
          expect(trace.noLog).toMatch(/^cluster test: pod .* is on no node/);
        }
      }
      const nobody = `sha256:${"0".repeat(64)}` as Digest;
      expect(await fixture().target.trace?.(ref, nobody, limits)).toEqual([]);
    });

    it("where an image never came is told in the cluster's words", async () => {
      const { ref, observations } = await fixture().running();
      const missing = changeTo(await fixture().cluster.image("missing"));
      await fixture().deploy(ref, missing);
      await observations.see(ref, ({ failure }) => failure?.reason === "ImagePullBackOff", { what: "the failure" });
      const [trace] = (await fixture().target.trace?.(ref, missing.digest, limits)) ?? [];
      expect(trace).toMatchObject({ trouble: { reason: "ImagePullBackOff" }, log: undefined });
      expect(trace?.noLog).toMatch(logs ? /^cluster test: GET .*\/log: container "app" in pod/ : /is on no node/);
    });

    it("is a failure of the cluster only where it does not even tell its pods", async () => {
      const { ref, first } = await fixture().running();
      const proxy = await startFragileProxy(fixture().cluster.kubeconfig);
      await proxy.close();
      const target = fixture().targetAs(proxy.kubeconfig);
      await expect(target.trace?.(ref, first.digest, limits)).rejects.toMatchObject({ code: "unavailable" });
    });
  });
}
