import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { requestPromotion } from "@/lib/commands/request-promotion";
import type { ScenarioCluster } from "@/lib/engine/testing/blue-green.contract";
import { applyCanary, canaryReplicas, stageRoute, weightsOf } from "@/lib/engine/testing/canary-stage";
import { specDigest, untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { stepFailpoints } from "@/lib/worker/testing/failpoint-suite";
import { startWorkerProcess } from "@/lib/worker/testing/worker-process";

let world: DemoWorld;
let count = 0;

async function begin(fault?: "errors"): Promise<{ id: string; digest: string }> {
  count += 1;
  const { key, digest } = await world.release("backend", `v4.${count}.0`, fault);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `killed-canary-${count}` };
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

const standing = async () => ({
  weights: await weightsOf(world, "backend", "httpRoute"),
  replicas: await canaryReplicas(world, "backend"),
  stable: await specDigest(world, "backend", "staging"),
});

const steps = ["startCanary", "weight", "analyse", "promoteStable", "trafficHome", "removeCanary"] as const;

/** One worker after the other dies at these places of one step, in their order. */
function placesOf(step: (typeof steps)[number], all: boolean): string[] {
  const every = stepFailpoints([step]);
  // What is the same for every kind of step is tried with the first one; a real cluster tries all.
  return all || step === "startCanary" ? every : every.filter((one) => /:(looked|written)$/.test(one));
}

/** Kills workers at every step of a canary, there and back, and checks what their successor makes of it. */
export function canaryFailpoints(name: string, make?: () => Promise<ScenarioCluster>): void {
  describe(`workers that are killed in the middle of a canary, ${name}`, () => {
    let cluster: ScenarioCluster | undefined;
    beforeAll(async () => {
      cluster = await make?.();
      world = await createDemoWorld({ worker: false, ...(cluster ? { cluster } : {}) });
      await stageRoute(world, "backend", "httpRoute");
      await untilCell(world, "backend", "staging", (cell) => cell.health === "healthy");
      await applyCanary(world, "backend", { route: "httpRoute", steps: "[{ weight: 25%, for: 1s }]", deadline: "5m" });
    });
    afterAll(async () => {
      await world?.close();
      await cluster?.close();
    });

    it.each(steps)(
      "at %s leave a record that their successor brings to an end, each order given once",
      async (step) => {
        const { id, digest } = await begin();
        await killAt(placesOf(step, make !== undefined));
        const ended = await world.withWorker(() => world.ended(id));
        expect(ended.phase, JSON.stringify(ended)).toBe("succeeded");
        expect(await standing()).toEqual({ weights: [100, 0], replicas: 0, stable: digest });
        const kinds = (await loadPromotionEntries(world.pool, "demo", id)).map((entry) => entry.kind);
        expect(kinds.filter((kind) => kind === "rollout.stepDone")).toHaveLength(steps.length);
        expect(kinds.filter((kind) => kind === "rollout.stepRequested")).toHaveLength(steps.length);
        await expectSoundRecord(world, id);
      },
      600_000,
    );

    it("on the way back still take its requests away, and its pods", async () => {
      const before = await specDigest(world, "backend", "staging");
      const { id } = await begin("errors");
      await killAt(["taken", "intended", "planned", "written", "settled"].map((place) => `revert:${place}`));
      const ended = await world.withWorker(() => world.ended(id));
      expect(ended.phase, JSON.stringify(ended)).toBe("rolledBack");
      expect(await standing()).toEqual({ weights: [100, 0], replicas: 0, stable: before });
      await expectSoundRecord(world, id);
    }, 600_000);
  });
}
