import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { promoteFully } from "@/lib/commands/steer-rollout";
import type { ScenarioCluster } from "@/lib/engine/testing/blue-green.contract";
import { untilCell } from "@/lib/engine/testing/cells";
import { patchOwner, standingOf, untilStanding } from "@/lib/engine/testing/delegated-stage";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { startWorkerProcess } from "@/lib/worker/testing/worker-process";
import type { Fault } from "@/sandbox/images";

const steps = [{ setWeight: 50 }, { analysis: { templates: [{ templateName: "success-rate" }] } }, { setWeight: 100 }];
const strategy = (owner: string) => `{ delegated: { ${owner}: {}, deadline: 5m } }`;
const metrics = [{ name: "request-success-rate", thresholdRange: { min: 99 } }];
const analysis = { interval: "10s", threshold: 2, stepWeight: 25, maxWeight: 50, metrics };
/** How the world of each controller is made. */
const owners = {
  argoRollouts: { rollouts: { strategy: strategy("argoRollouts"), steps } },
  flagger: {
    canaries: {
      strategy: strategy("flagger"),
      analysis,
    },
  },
};

let world: DemoWorld;
let count = 0;

async function begin(fault?: Fault): Promise<{ id: string; digest: string }> {
  count += 1;
  const { key, digest } = await world.release("backend", `v5.${count}.0`, fault);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `killed-owned-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return { id: asked.state.id, digest };
}

/** One worker after the other dies, each at the next place. */
async function killAt(places: string[]): Promise<void> {
  for (const place of places) {
    const killed = await startWorkerProcess(world.database.url, { WAYBILL_FAILPOINT: `${place}:kill` });
    // A test that ends before its worker must not leave it at work.
    onTestFinished(() => void killed.child.kill("SIGKILL"));
    expect(await killed.exited, place).toMatchObject({ signal: "SIGKILL" });
  }
}

const asBefore = { argoRollouts: { strategy: { canary: { steps } } }, flagger: { analysis } };
/** Long enough that nobody is through before a person has said something. */
const slowly = {
  argoRollouts: { strategy: { canary: { steps: [...steps, { pause: {} }] } } },
  flagger: { analysis: { ...analysis, interval: "1m", stepWeight: 1 } },
};

/** Gives the controller's idle object another spec. */
async function goesBy(owner: keyof typeof owners, spec: object): Promise<void> {
  await patchOwner(world, "backend", owner, { spec });
  await untilStanding(world, "backend", (one) => one.caughtUp && one.isSettled, owner);
}

const isFollowed = (state: PromotionState): boolean =>
  "rollouts" in state && state.rollouts[0]?.steps?.find(({ step }) => step.kind === "follow")?.facts.seen === "yes";

/** Kills workers before and after each order to a controller that owns the workload, and checks what comes of it. */
export function delegatedFailpoints(
  owner: keyof typeof owners,
  name: string,
  make?: () => Promise<ScenarioCluster>,
): void {
  describe(`workers that are killed while a controller rolls out, ${name}`, () => {
    let cluster: ScenarioCluster | undefined;
    beforeAll(async () => {
      cluster = await make?.();
      world = await createDemoWorld({ worker: false, ...owners[owner], ...(cluster ? { cluster } : {}) });
      await untilStanding(world, "backend", (one) => one.isSettled, owner);
    });
    afterAll(async () => {
      await world?.close();
      await cluster?.close();
    });

    async function endsWith(id: string, digest: string, phase: PromotionState["phase"]): Promise<string[]> {
      const ended = await world.withWorker(() => world.ended(id));
      expect(ended.phase, JSON.stringify(ended)).toBe(phase);
      const left = { digest, isSettled: true, isAborted: false, hasAnalysis: true };
      expect(await standingOf(world, "backend", owner)).toMatchObject(left);
      await expectSoundRecord(world, id);
      return (await loadPromotionEntries(world.pool, "demo", id)).map((entry) => entry.kind);
    }

    it.each([
      ["setDigest", ["taken", "intended", "looked", "written", "settled"]],
      ["follow", ["taken", "intended", "written", "settled"]],
    ])(
      "at each place of %s leave a record that their successor brings to an end, the digest handed over once",
      async (step, places) => {
        const { id, digest } = await begin();
        await killAt(places.map((place) => `${step}:${place}`));
        const kinds = await endsWith(id, digest, "succeeded");
        expect(kinds.filter((kind) => kind === "rollout.requested")).toHaveLength(1);
        expect(kinds.filter((kind) => kind === "rollout.stepDone")).toHaveLength(2);
      },
      600_000,
    );

    it("before and after what a person said was handed on leave a controller that is told, and an end", async () => {
      await goesBy(owner, slowly[owner]);
      const { id, digest } = await begin();
      await world.withWorker(() => world.until(id, isFollowed));
      const said = { promotion: id, why: "measured by hand" };
      expect(await promoteFully(world.engine, world.people.ada, said)).toMatchObject({ kind: "told" });
      await killAt(["follow:looked", "follow:written"]);
      const kinds = await endsWith(id, digest, "succeeded");
      expect(kinds.filter((kind) => kind === "rollout.promotedFully")).toHaveLength(1);
      await goesBy(owner, asBefore[owner]);
    }, 600_000);

    it("on the way back leave a Rollout that asks for the verified digest, and runs it", async () => {
      const before = await standingOf(world, "backend", owner);
      await untilCell(world, "backend", "staging", (cell) => cell.observed === before.digest);
      const { id } = await begin("errors");
      await killAt(["revert:taken", "revert:intended", "revert:planned", "revert:written", "revert:settled"]);
      await endsWith(id, before.digest ?? "", "rolledBack");
    }, 600_000);
  });
}
