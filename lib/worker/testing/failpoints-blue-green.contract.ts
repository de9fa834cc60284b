import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import type { ScenarioCluster } from "@/lib/engine/testing/blue-green.contract";
import { coloursOf } from "@/lib/engine/testing/colours";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { stepFailpoints } from "@/lib/worker/testing/failpoint-suite";
import { startWorkerProcess } from "@/lib/worker/testing/worker-process";

const smoke = '[{ url: "SERVICES/{namespace}/{previewService}/ready" }]';
const blueGreen = `{ previewService: "{service}-preview", smoke: ${smoke}, watch: 1s, keepOldFor: 1s, deadline: 5m }`;

let world: DemoWorld;
let count = 0;

/** A release that gets through, or that answers with errors once it is live, and so goes back. */
async function begin(goesBack: boolean): Promise<{ id: string; digest: string }> {
  count += 1;
  const { key, digest } = await world.release("backend", `v3.${count}.0`, goesBack ? "errors" : undefined);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `killed-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return { id: asked.state.id, digest };
}

/** Kills a worker at the failpoint; its successor has to bring the promotion to its end. */
async function killedAt(failpoint: string, goesBack: boolean) {
  const before = await coloursOf(world, "backend");
  const { id, digest } = await begin(goesBack);
  const killed = await startWorkerProcess(world.database.url, { WAYBILL_FAILPOINT: `${failpoint}:kill` });
  // A test that ends before its worker must not leave it at work.
  onTestFinished(() => void killed.child.kill("SIGKILL"));
  expect(await killed.exited).toMatchObject({ signal: "SIGKILL" });
  const ended = await world.withWorker(() => world.ended(id));
  expect(ended.phase).toBe(goesBack ? "rolledBack" : "succeeded");
  const after = await coloursOf(world, "backend");
  expect(after.live).toBe(goesBack ? before.live : before.idle);
  expect(after.colours[before.idle]?.digest).toBe(digest);
  await expectSoundRecord(world, id);
  return { id, after };
}

const every = stepFailpoints(["prepare", "available", "smoke", "switch"]);
/** What is the same for every kind of step is tried with the first one alone; a real cluster tries all. */
const tellingOnes = every.filter((one) => /^prepare:|^switch:intended$|:(looked|written)$/.test(one));

/** Kills the worker at every failpoint of blue-green, there, back and after, and checks what its successor makes of it. */
export function blueGreenFailpoints(name: string, make?: () => Promise<ScenarioCluster>): void {
  describe(`a worker that is killed in the middle of blue-green, ${name}`, () => {
    let cluster: ScenarioCluster | undefined;
    beforeAll(async () => {
      cluster = await make?.();
      world = await createDemoWorld({ worker: false, blueGreen, ...(cluster ? { cluster } : {}) });
    });
    afterAll(async () => {
      await world?.close();
      await cluster?.close();
    });

    it.each(make ? every : tellingOnes)(
      "at %s leaves a record that its successor brings to an end, each order given once",
      async (failpoint) => {
        const { id } = await killedAt(failpoint, false);
        const kinds = (await loadPromotionEntries(world.pool, "demo", id)).map((entry) => entry.kind);
        expect(kinds.filter((kind) => kind === "rollout.stepDone")).toHaveLength(4);
        expect(kinds.filter((kind) => kind === "rollout.requested")).toHaveLength(1);
      },
    );

    it.each(["taken", "intended", "planned", "written", "settled"].map((place) => `revert:${place}`))(
      "at %s still goes back to the colour that was live",
      async (failpoint) => {
        await killedAt(failpoint, true);
      },
    );

    it.each(["taken", "looked", "written", "settled"].map((place) => `retire:${place}`))(
      "at %s still takes the old colour's pods away, and records it once",
      async (failpoint) => {
        const { id } = await begin(false);
        const killed = await startWorkerProcess(world.database.url, { WAYBILL_FAILPOINT: `${failpoint}:kill` });
        onTestFinished(() => void killed.child.kill("SIGKILL"));
        expect(await killed.exited).toMatchObject({ signal: "SIGKILL" });
        const retired = async () =>
          (await loadPromotionEntries(world.pool, "demo", id)).filter((entry) => entry.kind.startsWith("colour."));
        const left = sql`select id from step where promotion = ${id} and status = 'due'`;
        const polling = { timeout: 90_000, interval: 50 };
        await world.withWorker(() => expect.poll(() => world.pool.query(left), polling).toEqual([]));
        expect((await retired()).map((entry) => entry.kind)).toEqual(["colour.retired"]);
        const { colours, idle } = await coloursOf(world, "backend");
        expect(colours[idle]?.replicas).toBe(0);
        await expectSoundRecord(world, id);
      },
    );
  });
}
