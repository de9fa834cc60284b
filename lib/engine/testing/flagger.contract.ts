import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { abort } from "@/lib/commands/abort";
import { releaseHold } from "@/lib/commands/hold";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { settleStuck } from "@/lib/commands/settle-stuck";
import { pauseRollout, promoteFully, resumeRollout } from "@/lib/commands/steer-rollout";
import type { ScenarioCluster } from "@/lib/engine/testing/blue-green.contract";
import { loadCell, untilCell } from "@/lib/engine/testing/cells";
import { standingOf, untilStanding } from "@/lib/engine/testing/delegated-stage";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { hasEnded, type PromotionState } from "@/lib/pipeline/promotion/state";
import type { StepState } from "@/lib/pipeline/rollout/step";
import { loadPromotionPage } from "@/lib/queries/promotion-page";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import type { Fault } from "@/sandbox/images";

const metrics = [{ name: "request-success-rate", thresholdRange: { min: 99 }, interval: "1m" }];
/** Twenty times as fast as it says, in the sandbox and with the Flagger that is played. */
const analysis = { interval: "10s", threshold: 2, stepWeight: 25, maxWeight: 50, metrics };

let world: DemoWorld;
let count = 0;

const standing = () => standingOf(world, "backend", "flagger");
const settled = () => untilStanding(world, "backend", (one) => one.isSettled, "flagger");

/** As a person with kubectl and every right does it: a merge patch. */
function patch(api: string, what: object): Promise<Record<string, unknown>> {
  const path = `/apis/${api.split(" ")[0]}/namespaces/${world.namespace("staging")}/${api.split(" ")[1]}/backend`;
  return world.kubectl("PATCH", path, what, "application/merge-patch+json");
}
/** Long enough for somebody to say something in between, however loaded the machine is. */
const slow = { ...analysis, interval: "20s", stepWeight: 1 };
const canaryPatch = (spec: object) => patch("flagger.app/v1beta1 canaries", { spec });

/** As somebody with kubectl brings another digest there. */
async function setByHand(from: string, to: string): Promise<void> {
  const { spec } = (await patch("apps/v1 deployments", {})) as unknown as {
    spec: { template: { spec: { containers: { image: string }[] } } };
  };
  const containers = spec.template.spec.containers.map((one) => ({ ...one, image: one.image.replace(from, to) }));
  await patch("apps/v1 deployments", { spec: { template: { spec: { containers } } } });
}

async function begin(fault?: Fault): Promise<{ id: string; digest: string }> {
  count += 1;
  const { key, digest } = await world.release("backend", `v8.${count}.0`, fault);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `flagger-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return { id: asked.state.id, digest };
}

const followOf = (state: PromotionState): StepState | undefined =>
  "rollouts" in state ? state.rollouts[0]?.steps?.find(({ step }) => step.kind === "follow") : undefined;
const isTaken = (state: PromotionState) => followOf(state)?.facts.seen === "yes";
const told = (result: { kind: string }) => expect(result, JSON.stringify(result)).toMatchObject({ kind: "told" });
const input = (promotion: string) => ({ promotion, why: "as the runbook says" });

/** A Deployment that Flagger owns, from the request to its end, on the sandbox's cluster or another one. */
export function flaggerScenarios(name: string, make?: () => Promise<ScenarioCluster>): void {
  describe(name, () => {
    let cluster: ScenarioCluster | undefined;
    let before = "";
    beforeAll(async () => {
      cluster = await make?.();
      const canaries = { strategy: "{ delegated: { flagger: {}, deadline: 5m } }", analysis };
      world = await createDemoWorld({ canaries, ...(cluster ? { cluster } : {}) });
      // Flagger has made the primary, which is what is observed from then on.
      before = (await settled()).digest ?? "";
    });
    afterAll(async () => {
      await world?.close();
      await cluster?.close();
    });
    afterEach(async () => {
      await canaryPatch({ analysis });
      before = (await settled()).digest ?? "";
      await untilCell(world, "backend", "staging", (cell) => cell.observed === before && cell.health === "healthy");
    });

    it("is followed share by share and succeeds once the primary's pods run it", async () => {
      const { id, digest } = await begin();
      const done = await world.ended(id);
      expect(done.phase, JSON.stringify(done)).toBe("succeeded");
      expect(await standing()).toMatchObject({ digest, phaseWord: "Succeeded", promotion: id });
      const page = await loadPromotionPage(world.pool, world.people.ada, id, world.engine.now());
      expect(page.delegated).toMatchObject([
        {
          controller: "Flagger",
          seen: { steps: [{ words: "25 %" }, { words: "50 %" }], analyses: [{ phase: "passed" }] },
        },
      ]);
      expect(await loadCell(world, "backend", "staging")).toMatchObject({
        wanted: digest,
        verified: digest,
        drift: null,
      });
      await expectSoundRecord(world, id);
    });

    it("is paused, resumed and promoted fully by people; what that left in the Canary goes again", async () => {
      await canaryPatch({ analysis: slow });
      const { id, digest } = await begin();
      await world.until(id, isTaken);
      told(await pauseRollout(world.engine, world.people.rita, input(id)));
      await world.until(id, (state) => followOf(state)?.facts.pausedBy === "hand");
      expect((await standing()).pausedBy).toBe("hand");
      told(await resumeRollout(world.engine, world.people.rita, input(id)));
      await world.until(id, (state) => followOf(state)?.facts.pausedBy === "" && isTaken(state));
      told(await promoteFully(world.engine, world.people.ada, input(id)));
      const done = await world.ended(id);
      expect(done.phase, JSON.stringify(done)).toBe("succeeded");
      expect(await standing()).toMatchObject({ digest, phaseWord: "Succeeded", hasAnalysis: true });
      await expectSoundRecord(world, id);
    });

    it("comes back by itself where its checks fail: the Deployment's spec is put right too", async () => {
      const { id } = await begin("errors");
      const done = await world.ended(id);
      expect(done).toMatchObject({ phase: "rolledBack", cause: { kind: "failed" } });
      const cause = JSON.stringify("cause" in done ? done.cause : undefined);
      expect(cause).toContain("Canary analysis failed");
      expect(cause).toContain("request-success-rate 65.00 < 99");
      expect(await standing()).toMatchObject({ digest: before, phaseWord: "Failed", isSettled: true });
      await expectSoundRecord(world, id);
    });

    it("goes back when a person aborts it, and leaves nothing behind in the Canary", async () => {
      await canaryPatch({ analysis: slow });
      const { id } = await begin();
      await world.until(id, isTaken);
      expect(await abort(world.engine, world.people.rita, { promotion: id, why: "not today" })).toMatchObject({
        kind: "told",
      });
      const done = await world.ended(id);
      expect(done.phase, JSON.stringify(done)).toBe("aborted");
      expect(await standing()).toMatchObject({ digest: before, isSettled: true, hasAnalysis: true });
      await expectSoundRecord(world, id);
    });

    it("stops and says so where somebody else changes the digest, and overwrites nothing", async () => {
      await canaryPatch({ analysis: slow });
      const { id, digest } = await begin();
      await world.until(id, isTaken);
      await canaryPatch({ suspend: true });
      const other = await world.release("backend", `v8.${count}.1`);
      await setByHand(digest, other.digest);
      const stuck = await world.until(id, (state) => state.phase === "stuck" || hasEnded(state.phase));
      expect(stuck.phase, JSON.stringify(stuck)).toBe("stuck");
      expect((await standing()).digest).toBe(other.digest);
      const why = "put right by hand";
      await settleStuck(world.engine, world.people.rita, { promotion: id, how: "close", why });
      await releaseHold(world.engine, world.people.rita, { project: "demo", environment: "staging", why });
      await setByHand(other.digest, before);
      await canaryPatch({ suspend: false });
      await expectSoundRecord(world, id);
    });

    it("is drift where somebody else brings another digest there, from the primary's pods", async () => {
      const other = await world.release("backend", `v8.${count}.2`);
      await setByHand(before, other.digest);
      await untilCell(world, "backend", "staging", (cell) => cell.drift === other.digest);
      await setByHand(other.digest, before);
      await untilCell(world, "backend", "staging", (cell) => cell.drift === null && cell.observed === before);
    });

    it("refuses to begin where the Canary is suspended, or measures nothing", async () => {
      await canaryPatch({ suspend: true });
      const held = await begin();
      expect(JSON.stringify(await world.ended(held.id))).toContain("somebody paused Canary");
      await canaryPatch({ suspend: false, analysis: { ...analysis, metrics: [] } });
      const bare = await begin();
      expect(JSON.stringify(await world.ended(bare.id))).toContain("has no analysis");
      expect((await standing()).digest).toBe(before);
      await canaryPatch({ analysis });
    });

    it("is rolled back by a person at once, without an analysis of what was verified", async () => {
      const asked = await rollBack(world.engine, world.people.rita, {
        ...{ project: "demo", environment: "staging", services: ["backend"], idempotencyKey: "flagger-back" },
      });
      if (asked.kind === "rejection") throw new Error(asked.message);
      const done = await world.ended(asked.state.id);
      expect(done.phase, JSON.stringify(done)).toBe("succeeded");
      expect(await standing()).toMatchObject({ isSettled: true, hasAnalysis: true });
      expect((await standing()).digest).not.toBe(before);
      await expectSoundRecord(world, asked.state.id);
    });
  });
}
