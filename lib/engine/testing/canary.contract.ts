import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frameAt } from "@/components/promotion/replay-frame";
import { abort } from "@/lib/commands/abort";
import { releaseHold } from "@/lib/commands/hold";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { settleStuck } from "@/lib/commands/settle-stuck";
import { pauseRollout, promoteFully, resumeRollout, skipStep } from "@/lib/commands/steer-rollout";
import { sql } from "@/lib/db/sql";
import type { ScenarioCluster } from "@/lib/engine/testing/blue-green.contract";
import {
  applyCanary,
  canaryReplicas,
  removeCanaryByHand,
  type StagedCanary,
  setDigestByHand,
  setWeightByHand,
  stageRoute,
  weightsOf,
} from "@/lib/engine/testing/canary-stage";
import { specDigest, untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { Forbidden } from "@/lib/pipeline/errors";
import { hasEnded, type PromotionState } from "@/lib/pipeline/promotion/state";
import { readMatrix } from "@/lib/queries/matrix";
import { matrixInput } from "@/lib/queries/matrix-input";
import { loadPromotionPage } from "@/lib/queries/promotion-page";
import { loadPromotionReplay } from "@/lib/queries/promotion-replay";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import type { Fault } from "@/sandbox/images";

let world: DemoWorld;
let count = 0;

async function ask(release: string): Promise<PromotionState> {
  count += 1;
  const input = { project: "demo", environment: "staging", release, idempotencyKey: `canary-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

async function stage(canary: StagedCanary): Promise<void> {
  await removeCanaryByHand(world, "backend");
  await stageRoute(world, "backend", canary.route);
  await untilCell(world, "backend", "staging", (cell) => cell.health === "healthy");
  await applyCanary(world, "backend", canary);
}

const stepsOf = (state: PromotionState) =>
  "rollouts" in state ? (state.rollouts[0]?.steps ?? []).map(({ step, status }) => `${step.id} ${status}`) : [];
/** Ends a stuck one as it is, and lets the next one come. */
async function closeStuck(id: string): Promise<void> {
  const closed = await settleStuck(world.engine, world.people.ada, { promotion: id, how: "close", why: "seen" });
  expect(closed.kind, JSON.stringify(closed)).toBe("told");
  const lifted = { project: "demo", environment: "staging", why: "seen" };
  expect((await releaseHold(world.engine, world.people.ada, lifted)).kind).toBe("released");
}

const isAt = (step: string) => (state: PromotionState) =>
  state.phase === "rollingOut" &&
  state.rollouts[0]?.steps?.some((one) => one.step.id === step && one.status === "requested") === true;

const overdueMs = (state: PromotionState) => {
  const step = "rollouts" in state ? state.rollouts[0]?.steps?.find((one) => one.status === "requested") : undefined;
  return Date.now() - Date.parse(step?.deadlineAt ?? "");
};

/** Long enough that nobody has to hurry. */
const slow = "[{ weight: 25%, for: 1s }, { weight: 50%, for: 1h }]";

/** Waits until the promotion of a new release stands in `step`, does `then` there, and answers how it ended. */
async function upTo(step: string, then: (id: string, digest: string) => Promise<unknown>, fault?: Fault) {
  const { key, digest } = await world.release("backend", `v8.${count}.1`, fault);
  const { id } = await ask(key);
  const ended = await world.withWorker(async () => {
    await world.until(id, isAt(step));
    await then(id, digest);
    return world.until(id, (state) => hasEnded(state.phase) || state.phase === "stuck");
  });
  return { id, digest, ended };
}

const settled = async (route: "httpRoute" | "virtualService" = "httpRoute") => ({
  weights: await weightsOf(world, "backend", route),
  replicas: await canaryReplicas(world, "backend"),
  stable: await specDigest(world, "backend", "staging"),
});

/** A canary from the request to its end, by the engine, on the sandbox's cluster or another one. */
export function canaryScenarios(name: string, make?: () => Promise<ScenarioCluster>): void {
  describe(name, () => {
    let cluster: ScenarioCluster | undefined;
    beforeAll(async () => {
      cluster = await make?.();
      world = await createDemoWorld({ worker: false, ...(cluster ? { cluster } : {}) });
    });
    afterAll(async () => {
      await world?.close();
      await cluster?.close();
    });

    describe("a canary that passes", () => {
      it.each(["httpRoute", "virtualService"] as const)("over %s goes share by share to success", async (route) => {
        await stage({ route });
        const { key, digest } = await world.release("backend", `v8.${count}.0`);
        const { id } = await ask(key);
        const ended = await world.withWorker(() => world.ended(id));
        expect(ended.phase, JSON.stringify(ended)).toBe("succeeded");
        expect(stepsOf(ended)).toEqual([
          "startCanary done",
          "weight:25 done",
          "analyse:25 done",
          "weight:50 done",
          "analyse:50 done",
          "promoteStable done",
          "trafficHome done",
          "removeCanary done",
        ]);
        expect(await settled(route)).toEqual({ weights: [100, 0], replicas: 0, stable: digest });
        await expectSoundRecord(world, id);
      });

      it("without a router says the share that its pods really give", async () => {
        await stage({ route: "replicas" });
        const { key, digest } = await world.release("backend", `v8.${count}.0`);
        const { id } = await ask(key);
        const ended = await world.withWorker(() => world.ended(id));
        expect(ended.phase, JSON.stringify(ended)).toBe("succeeded");
        const words = "rollouts" in ended ? ended.rollouts[0]?.steps?.map((one) => one.words) : [];
        expect(words).toContain("1 of 3 pods, 33.3 % of the requests");
        expect(words).toContain("2 of 4 pods, 50 % of the requests");
        expect(stepsOf(ended)).toContain("trafficHome skipped");
        expect(await canaryReplicas(world, "backend")).toBe(0);
        expect(await specDigest(world, "backend", "staging")).toBe(digest);
      });
    });

    describe("a canary that is worse", () => {
      it("goes back at 25 %: no request reaches it, its pods go, the stable ones were never touched", async () => {
        await stage({ route: "httpRoute" });
        const before = await specDigest(world, "backend", "staging");
        const { key, digest } = await world.release("backend", `v8.${count}.2`, "errors");
        const { id } = await ask(key);
        const ended = await world.withWorker(() => world.ended(id));
        expect(ended).toMatchObject({ phase: "rolledBack", cause: { kind: "failed", service: "backend" } });
        expect(stepsOf(ended).slice(0, 4)).toEqual([
          "startCanary done",
          "weight:25 done",
          "analyse:25 failed",
          "weight:50 pending",
        ]);
        expect("cause" in ended ? ended.cause?.reason : "").toContain("error rate");
        expect(await settled()).toEqual({ weights: [100, 0], replicas: 0, stable: before });
        const [block] = await world.pool.query(sql`select digest from block where digest = ${digest}`);
        expect(block).toEqual({ digest });
        await expectSoundRecord(world, id);
      });

      it("by a trigger goes back before its share's time is over", async () => {
        const rollBackWhen = "[{ metric: error rate, above: 20% }]";
        await stage({ route: "httpRoute", steps: slow.replace("1s", "1h"), more: ", for: 30m", rollBackWhen });
        const { key } = await world.release("backend", `v8.${count}.3`, "errors");
        const { id } = await ask(key);
        const ended = await world.withWorker(() => world.ended(id));
        expect(ended).toMatchObject({ phase: "rolledBack" });
        expect(await settled()).toMatchObject({ weights: [100, 0], replicas: 0 });
      });

      it("and never comes up goes back without a request", async () => {
        await stage({ route: "httpRoute" });
        const before = await specDigest(world, "backend", "staging");
        const { key } = await world.release("backend", `v8.${count}.4`, "crash");
        const { id } = await ask(key);
        const ended = await world.withWorker(() => world.ended(id));
        expect(ended).toMatchObject({ phase: "rolledBack" });
        expect(stepsOf(ended).slice(0, 2)).toEqual(["startCanary failed", "weight:25 pending"]);
        expect(await settled()).toEqual({ weights: [100, 0], replicas: 0, stable: before });
      });
    });

    describe("a canary that nobody can judge", () => {
      it("pauses, says so, and goes back at its deadline", async () => {
        await stage({ route: "httpRoute", query: "no_such_metric", deadline: "2s" });
        const { key } = await world.release("backend", `v8.${count}.5`);
        const { id } = await ask(key);
        const ended = await world.withWorker(() => world.ended(id));
        expect(ended).toMatchObject({ phase: "rolledBack", cause: { kind: "errored" } });
        // While it was so, the page said until when: paused or not, what nobody can judge keeps its deadline.
        const { moments } = await loadPromotionReplay(world.pool, world.people.vera, id, world.engine.now());
        const doubted = moments
          .flatMap((_, place) => frameAt(moments, place).canaries)
          .filter((one) => one.isInconclusive);
        expect(doubted.length).toBeGreaterThan(0);
        for (const one of doubted) expect(Date.parse(one.goesBackAt ?? "")).toBeGreaterThan(0);
        expect("cause" in ended ? ended.cause?.reason : "").toMatch(
          /inconclusive, paused at 25 %: error rate.*no data/,
        );
        const entries = await loadPromotionEntries(world.pool, "demo", id);
        const noted = entries.flatMap((entry) => (entry.kind === "rollout.stepNoted" ? [entry.data.words] : []));
        expect(noted.some((words) => /^inconclusive, paused at 25 %.*goes back at/.test(words))).toBe(true);
        expect(await settled()).toMatchObject({ weights: [100, 0], replicas: 0 });
      });

      it("waits for a person where its metric says hold", async () => {
        await stage({ route: "httpRoute", query: "no_such_metric", deadline: "1s", more: ", onInconclusive: hold" });
        const noted = (state: PromotionState) =>
          isAt("analyse:25")(state) && JSON.stringify(state).includes("a person decides");
        const { key } = await world.release("backend", `v8.${count}.6`);
        const { id } = await ask(key);
        const ended = await world.withWorker(async () => {
          await world.until(id, noted);
          const overdue = await world.until(id, (state) => isAt("analyse:25")(state) && overdueMs(state) > 1_500);
          expect(overdue.phase).toBe("rollingOut");
          const [canary] = (await loadPromotionPage(world.pool, world.people.vera, id, world.engine.now())).canaries;
          expect(canary).toMatchObject({ isInconclusive: true, goesBackAt: null });
          await abort(world.engine, world.people.rita, { promotion: id, why: "nobody knows" });
          return world.ended(id);
        });
        expect(ended.phase).toBe("aborted");
        expect(await settled()).toMatchObject({ weights: [100, 0], replicas: 0 });
      });
    });

    describe("a person", () => {
      const say = (id: string) => ({ promotion: id, why: "to see" });

      it("stops it at 50 %: everything is as before", async () => {
        await stage({ route: "virtualService", steps: slow });
        const before = await specDigest(world, "backend", "staging");
        const { ended } = await upTo("analyse:50", async (id) => {
          expect(await weightsOf(world, "backend", "virtualService")).toEqual([50, 50]);
          expect((await abort(world.engine, world.people.rita, say(id))).kind).toBe("told");
        });
        expect(ended).toMatchObject({ phase: "aborted", by: { name: "Rita Moreau" } });
        expect(await settled("virtualService")).toEqual({ weights: [100, 0], replicas: 0, stable: before });
      });

      it("pauses and resumes it; a skip and a full promotion need a right of their own, and are recorded", async () => {
        await stage({
          route: "httpRoute",
          // Long enough at 25 % for somebody to pause it there.
          steps: "[{ weight: 25%, for: 5s }, { weight: 50%, for: 1h }, { weight: 75%, for: 1h }]",
        });
        const { rita, ada } = world.people;
        const { ended, id, digest } = await upTo("analyse:25", async (id) => {
          expect((await pauseRollout(world.engine, rita, say(id))).kind).toBe("told");
          expect(await pauseRollout(world.engine, rita, say(id))).toMatchObject({ code: "outOfOrder" });
          await world.until(id, (state) => JSON.stringify(state).includes('"standing":"passed"'));
          expect(await weightsOf(world, "backend", "httpRoute")).toEqual([75, 25]);
          const page = await loadPromotionPage(world.pool, rita, id, world.engine.now());
          expect(page.canaries).toMatchObject([
            {
              service: "backend",
              ...{ weight: 25, next: 50, shares: [25, 50, 75], analysed: 25, isOn: true, isInconclusive: false },
              paused: { by: "Rita Moreau", why: "to see" },
              checks: [{ kind: "metric", outcome: "pass" }, { kind: "trigger" }],
              seen: { weight: 25, weightWords: "25 %", stableReplicas: 2, ready: 2, desired: 2 },
              steers: ["resume"],
            },
          ]);
          expect(page.canaries[0]?.seen?.pods?.map((pod) => pod.name)).toHaveLength(2);
          const adas = await loadPromotionPage(world.pool, ada, id, world.engine.now());
          expect(adas.canaries[0]?.steers).toEqual(["resume", "skip", "promoteFully"]);
          const matrix = await readMatrix(world.pool, rita, matrixInput.parse({}));
          const cell = matrix.rows
            .find((row) => row.service === "backend")
            ?.cells.find((one) => one.environment === "staging");
          expect(cell?.mark).toMatchObject({
            kind: "canary",
            text: expect.stringMatching(/^25 % to v8/),
            progress: 0.25,
          });
          await expect(skipStep(world.engine, rita, say(id))).rejects.toBeInstanceOf(Forbidden);
          await expect(promoteFully(world.engine, rita, say(id))).rejects.toBeInstanceOf(Forbidden);
          expect((await resumeRollout(world.engine, rita, say(id))).kind).toBe("told");
          await world.until(id, isAt("analyse:50"));
          expect((await skipStep(world.engine, ada, say(id))).kind).toBe("told");
          await world.until(id, isAt("analyse:75"));
          expect((await promoteFully(world.engine, ada, say(id))).kind).toBe("told");
        });
        expect(ended.phase, JSON.stringify(ended)).toBe("succeeded");
        expect(await settled()).toEqual({ weights: [100, 0], replicas: 0, stable: digest });
        const entries = await loadPromotionEntries(world.pool, "demo", id);
        const said = entries.flatMap(({ kind, actor, data }) =>
          ["rollout.paused", "rollout.resumed", "rollout.stepSkipped"].includes(kind) && actor.kind === "person"
            ? [`${kind} ${"step" in data ? data.step : ""} ${actor.name}`]
            : [],
        );
        expect(said).toEqual([
          "rollout.paused analyse:25 Rita Moreau",
          "rollout.resumed analyse:25 Rita Moreau",
          "rollout.stepSkipped analyse:50 Ada Okafor",
          "rollout.stepSkipped analyse:75 Ada Okafor",
        ]);
        await expectSoundRecord(world, id);
      });
    });

    describe("somebody else in the middle", () => {
      it("who changes the route is told of, and nothing of it is overwritten", async () => {
        await stage({ route: "httpRoute", steps: slow });
        const before = await specDigest(world, "backend", "staging");
        const { ended } = await upTo("analyse:50", () => setWeightByHand(world, "backend", 90));
        expect(ended.phase).toBe("stuck");
        expect(JSON.stringify(ended)).toContain("somebody else changed the route");
        expect(await settled()).toMatchObject({ weights: [10, 90], stable: before });
        await setWeightByHand(world, "backend", 0);
        await closeStuck(ended.id);
      });

      it("who changes the stable digest is told of: no request reaches the canary, and their change stays", async () => {
        await stage({ route: "httpRoute", steps: slow });
        const hand = await world.release("backend", `v8.${count}.7`);
        const { ended } = await upTo("analyse:50", () => setDigestByHand(world, "backend", hand.digest));
        expect(ended.phase).not.toBe("succeeded");
        expect(JSON.stringify(ended)).toContain("the stable workload was changed meanwhile");
        expect(await settled()).toMatchObject({ weights: [100, 0], replicas: 0, stable: hand.digest });
        if (ended.phase === "stuck") await closeStuck(ended.id);
      });

      it("who changes the canary's digest is told of, and their pods stay, without a request", async () => {
        await stage({ route: "httpRoute", steps: slow });
        const hand = await world.release("backend", `v8.${count}.8`);
        const { ended } = await upTo("analyse:50", () => setDigestByHand(world, "backend-canary", hand.digest));
        expect(ended.phase).toBe("stuck");
        expect(JSON.stringify(ended)).toContain("the canary was changed by somebody else");
        expect(await settled()).toMatchObject({ weights: [100, 0], replicas: 1 });
        await closeStuck(ended.id);
      });
    });

    describe("without a canary", () => {
      it("a rollback goes at once, and says why", async () => {
        await stage({ route: "httpRoute" });
        const { key } = await world.release("backend", `v8.${count}.9`);
        const { id } = await ask(key);
        expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
        count += 1;
        const input = {
          project: "demo",
          environment: "staging",
          services: ["backend"],
          idempotencyKey: `canary-${count}`,
        };
        const asked = await rollBack(world.engine, world.people.rita, input);
        if (asked.kind === "rejection") throw new Error(asked.message);
        const ended = await world.withWorker(() => world.ended(asked.state.id));
        expect(ended.phase, JSON.stringify(ended)).toBe("succeeded");
        expect(stepsOf(ended)).toEqual(["startCanary skipped", "promoteStable done"]);
        expect(JSON.stringify(ended)).toContain("a rollback goes at once");
      });
    });
  });
}
