import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { abort } from "@/lib/commands/abort";
import { releaseHold } from "@/lib/commands/hold";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { settleStuck } from "@/lib/commands/settle-stuck";
import { pauseRollout, promoteFully, resumeRollout, skipStep } from "@/lib/commands/steer-rollout";
import type { ScenarioCluster } from "@/lib/engine/testing/blue-green.contract";
import { loadCell, untilCell } from "@/lib/engine/testing/cells";
import { patchRollout, standingOf, untilStanding } from "@/lib/engine/testing/delegated-stage";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { hasEnded, type PromotionState } from "@/lib/pipeline/promotion/state";
import type { StepState } from "@/lib/pipeline/rollout/step";
import { readMatrix } from "@/lib/queries/matrix";
import { matrixInput } from "@/lib/queries/matrix-input";
import { loadPromotionPage } from "@/lib/queries/promotion-page";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import type { Fault } from "@/sandbox/images";

/** Half, an analysis, then whoever has to say yes. */
const steps = [
  { setWeight: 50 },
  { analysis: { templates: [{ templateName: "success-rate" }] } },
  { pause: {} },
  { setWeight: 100 },
];

let world: DemoWorld;
let count = 0;

/** A new release of backend, asked for in staging. */
async function begin(fault?: Fault): Promise<{ id: string; digest: string }> {
  count += 1;
  const { key, digest } = await world.release("backend", `v7.${count}.0`, fault);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `delegated-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return { id: asked.state.id, digest };
}

const followOf = (state: PromotionState): StepState | undefined =>
  "rollouts" in state ? state.rollouts[0]?.steps?.find(({ step }) => step.kind === "follow") : undefined;
const wordsOf = (state: PromotionState) =>
  "rollouts" in state ? (state.rollouts[0]?.steps ?? []).map(({ step, status }) => `${step.id} ${status}`) : [];
const waitsFor = (who: string) => (state: PromotionState) => followOf(state)?.facts.pausedBy === who;
const told = (result: { kind: string }) => expect(result, JSON.stringify(result)).toMatchObject({ kind: "told" });
const input = (promotion: string) => ({ promotion, why: "as the runbook says" });
const kindsOf = async (id: string) => (await loadPromotionEntries(world.pool, "demo", id)).map(({ kind }) => kind);

/** As somebody with kubectl brings another digest there, past every step. */
async function setByHand(from: string, to: string): Promise<void> {
  const { spec } = (await patchRollout(world, "backend", {})) as {
    spec: { template: { spec: { containers: { image: string }[] } } };
  };
  const containers = spec.template.spec.containers.map((one) => ({ ...one, image: one.image.replace(from, to) }));
  await patchRollout(world, "backend", { spec: { template: { spec: { containers } } } });
  await untilStanding(world, "backend", (one) => one.digest === to && one.caughtUp);
  await patchRollout(world, "backend", { status: { promoteFull: true } }, true);
  await untilStanding(world, "backend", (one) => one.digest === to && one.phase === "healthy");
}

/** A way back that failed holds the environment: a person closes it, and opens the environment again. */
async function close(id: string): Promise<void> {
  const why = "put right by hand";
  await settleStuck(world.engine, world.people.rita, { promotion: id, how: "close", why });
  await releaseHold(world.engine, world.people.rita, { project: "demo", environment: "staging", why });
}

/** A service that Argo Rollouts owns, from the request to its end, on the sandbox's cluster or another one. */
export function delegatedScenarios(name: string, make?: () => Promise<ScenarioCluster>): void {
  describe(name, () => {
    let cluster: ScenarioCluster | undefined;
    let before: string;
    beforeAll(async () => {
      cluster = await make?.();
      const rollouts = { strategy: "{ delegated: { argoRollouts: {}, deadline: 5m } }", steps };
      world = await createDemoWorld({ rollouts, ...(cluster ? { cluster } : {}) });
      before = (await loadCell(world, "backend", "staging")).observed ?? "";
    });
    afterAll(async () => {
      await world?.close();
      await cluster?.close();
    });
    afterEach(async () => {
      before = (await untilStanding(world, "backend", (one) => one.isSettled)).digest ?? "";
      await untilCell(world, "backend", "staging", (cell) => cell.observed === before && cell.health === "healthy");
    });

    it("is followed step by step, waits for a person where its object does, and succeeds once the pods run it", async () => {
      const { id, digest } = await begin();
      const waiting = await world.until(id, waitsFor("person"));
      expect(waiting.phase).toBe("rollingOut");
      expect(followOf(waiting)?.words).toBe(
        "step 3 of 4 (pause until somebody resumes), 50 % of the requests: waits for a person",
      );
      const page = await loadPromotionPage(world.pool, world.people.ada, id, world.engine.now());
      expect(page.delegated).toMatchObject([
        {
          service: "backend",
          steers: ["pause", "resume", "promoteFully"],
          seen: {
            step: 2,
            weight: 50,
            steps: [{ words: "50 %" }, { words: "analysis success-rate" }, {}, { words: "100 %" }],
          },
        },
      ]);
      const matrix = await readMatrix(world.pool, world.people.rita, matrixInput.parse({}));
      const { cells = [] } = matrix.rows.find((row) => row.service === "backend") ?? {};
      const mark = cells.find((one) => one.environment === "staging")?.mark;
      expect(mark).toMatchObject({ kind: "canary", text: expect.stringMatching(/^50 % to v7/), progress: 0.5 });
      told(await resumeRollout(world.engine, world.people.rita, input(id)));
      const done = await world.ended(id);
      expect(done.phase, JSON.stringify(done)).toBe("succeeded");
      expect(wordsOf(done)).toEqual(["setDigest done", "follow done"]);
      expect(await standingOf(world, "backend")).toMatchObject({ digest, phase: "healthy", promotion: id });
      await untilCell(world, "backend", "staging", (cell) => cell.observed === digest && cell.health === "healthy");
      expect(await loadCell(world, "backend", "staging")).toMatchObject({
        wanted: digest,
        verified: digest,
        drift: null,
      });
      await expectSoundRecord(world, id);
    });

    it("is paused, resumed and promoted fully by people, each order given to the controller once", async () => {
      const { id, digest } = await begin();
      await world.until(id, (state) => followOf(state)?.facts.seen === "yes");
      told(await pauseRollout(world.engine, world.people.rita, input(id)));
      await world.until(id, waitsFor("hand"));
      expect((await standingOf(world, "backend")).pausedBy).toBe("hand");
      // What nobody may, and what fits no more, changes nothing.
      await expect(pauseRollout(world.engine, world.people.vera, input(id))).rejects.toThrow("may not pause");
      expect(await pauseRollout(world.engine, world.people.rita, input(id))).toMatchObject({ kind: "rejection" });
      expect(await skipStep(world.engine, world.people.ada, input(id))).toMatchObject({ kind: "rejection" });
      told(await resumeRollout(world.engine, world.people.rita, input(id)));
      await world.until(id, waitsFor("person"));
      told(await promoteFully(world.engine, world.people.ada, input(id)));
      const done = await world.ended(id);
      expect(done.phase, JSON.stringify(done)).toBe("succeeded");
      expect(await standingOf(world, "backend")).toMatchObject({ digest, phase: "healthy" });
      const said = (await kindsOf(id)).filter((kind) => /paused|resumed|promotedFully/.test(kind));
      expect(said).toEqual(["rollout.paused", "rollout.resumed", "rollout.promotedFully"]);
      await expectSoundRecord(world, id);
    });

    it("comes back by itself where the controller's analysis fails, with what was measured", async () => {
      const { id, digest } = await begin("errors");
      const done = await world.ended(id);
      expect(done).toMatchObject({ phase: "rolledBack", cause: { kind: "failed" } });
      const cause = "cause" in done ? done.cause : undefined;
      expect(cause?.reason).toContain("RolloutAborted");
      expect(JSON.stringify(cause?.evidence)).toContain("[0.65]");
      expect(await standingOf(world, "backend")).toMatchObject({ digest: before, phase: "healthy", isAborted: false });
      expect(digest).not.toBe(before);
      await untilCell(world, "backend", "staging", (cell) => cell.observed === before && cell.drift === null);
      await expectSoundRecord(world, id);
    });

    it("goes back through the controller when a person aborts it", async () => {
      const { id } = await begin();
      await world.until(id, waitsFor("person"));
      expect(await abort(world.engine, world.people.rita, { promotion: id, why: "not today" })).toMatchObject({
        kind: "told",
      });
      const done = await world.ended(id);
      expect(done.phase, JSON.stringify(done)).toBe("aborted");
      expect(await standingOf(world, "backend")).toMatchObject({ digest: before, phase: "healthy" });
      await expectSoundRecord(world, id);
    });

    it("that its analysis cannot judge stands still until an overrider skips it, or somebody stops it", async () => {
      const { id } = await begin("slow");
      const held = await world.until(id, waitsFor("inconclusive"));
      expect(followOf(held)?.words).toContain("its analysis was inconclusive");
      expect(followOf(held)?.deadlineAt).not.toBeNull();
      // To go past it is an override: not for whoever may merely pause.
      expect(await resumeRollout(world.engine, world.people.rita, input(id))).toMatchObject({ kind: "rejection" });
      await expect(skipStep(world.engine, world.people.rita, input(id))).rejects.toThrow("may not skipStep");
      told(await skipStep(world.engine, world.people.ada, input(id)));
      await world.until(id, waitsFor("person"));
      expect(await kindsOf(id)).toContain("rollout.analysisSkipped");
      expect(await abort(world.engine, world.people.rita, { promotion: id, why: "too slow" })).toMatchObject({
        kind: "told",
      });
      expect((await world.ended(id)).phase).toBe("aborted");
      expect(await standingOf(world, "backend")).toMatchObject({ digest: before, phase: "healthy" });
      await expectSoundRecord(world, id);
    });

    it("sees that somebody aborted or paused it with kubectl, and says so", async () => {
      const { id } = await begin();
      await world.until(id, waitsFor("person"));
      await patchRollout(world, "backend", { spec: { paused: true } });
      const paused = await world.until(id, waitsFor("hand"));
      expect(followOf(paused)?.words).toContain("paused by hand in its object");
      expect((await standingOf(world, "backend")).pausedBy).toBe("hand");
      await patchRollout(world, "backend", { spec: { paused: false } });
      await world.until(id, waitsFor("person"));
      await patchRollout(world, "backend", { status: { abort: true } }, true);
      const done = await world.ended(id);
      expect(done).toMatchObject({ phase: "rolledBack" });
      expect(await standingOf(world, "backend")).toMatchObject({ digest: before, phase: "healthy" });
      await expectSoundRecord(world, id);
    });

    it("stops and says so where somebody else changes the digest, and overwrites nothing", async () => {
      const { id } = await begin();
      await world.until(id, waitsFor("person"));
      const other = await world.release("backend", `v7.${count}.1`);
      const { digest } = await standingOf(world, "backend");
      const rollout = (await patchRollout(world, "backend", {})) as {
        spec: { template: { spec: { containers: { image: string }[] } } };
      };
      const [container] = rollout.spec.template.spec.containers;
      const image = container?.image.replace(digest ?? "", other.digest);
      const containers = [{ ...container, image }];
      await patchRollout(world, "backend", { spec: { template: { spec: { containers } } } });
      const stuck = await world.until(id, (state) => state.phase === "stuck" || hasEnded(state.phase));
      expect(stuck.phase, JSON.stringify(stuck)).toBe("stuck");
      expect((await standingOf(world, "backend")).digest).toBe(other.digest);
      await close(id);
      const restored = [{ ...container, image: container?.image.replace(digest ?? "", before) }];
      await patchRollout(world, "backend", { spec: { template: { spec: { containers: restored } } } });
      await untilStanding(world, "backend", (one) => one.digest === before && one.phase === "healthy");
      await untilCell(world, "backend", "staging", (cell) => cell.observed === before && cell.health === "healthy");
      await expectSoundRecord(world, id);
    });

    it("is drift where somebody else brings another digest there, from its pods", async () => {
      const other = await world.release("backend", `v7.${count}.2`);
      await setByHand(before, other.digest);
      await untilCell(
        world,
        "backend",
        "staging",
        (cell) => cell.drift === other.digest && cell.observed === other.digest && cell.wanted === before,
      );
      await setByHand(other.digest, before);
      await untilCell(world, "backend", "staging", (cell) => cell.drift === null && cell.observed === before);
    });

    it("refuses to begin where somebody holds the Rollout, or where nothing compares the versions", async () => {
      await patchRollout(world, "backend", { spec: { paused: true } });
      const { id } = await begin();
      const done = await world.ended(id);
      expect(done).toMatchObject({ phase: "failed" });
      expect(JSON.stringify(done)).toContain("somebody paused Rollout");
      await patchRollout(world, "backend", {
        spec: { paused: false, strategy: { canary: { steps: [{ setWeight: 50 }] } } },
      });
      await untilStanding(world, "backend", (one) => one.phase === "healthy" && one.caughtUp);
      const bare = await begin();
      expect(JSON.stringify(await world.ended(bare.id))).toContain("has no analysis");
      expect((await standingOf(world, "backend")).digest).toBe(before);
      await patchRollout(world, "backend", { spec: { strategy: { canary: { steps } } } });
      await untilStanding(world, "backend", (one) => one.phase === "healthy" && one.caughtUp);
    });

    it("is rolled back by a person at once: the controller skips its steps", async () => {
      const asked = await rollBack(world.engine, world.people.rita, {
        ...{ project: "demo", environment: "staging", services: ["backend"], idempotencyKey: "delegated-back" },
      });
      if (asked.kind === "rejection") throw new Error(asked.message);
      const done = await world.ended(asked.state.id);
      expect(done.phase, JSON.stringify(done)).toBe("succeeded");
      const { digest, phase } = await standingOf(world, "backend");
      expect(phase).toBe("healthy");
      expect(digest).not.toBe(before);
      await expectSoundRecord(world, asked.state.id);
    });
  });
}
