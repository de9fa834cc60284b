import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pushUnannounced, setImageByHand } from "@/lib/api/testing/change-by-hand";
import { adoptDrift } from "@/lib/commands/adopt-drift";
import { approve } from "@/lib/commands/approve";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { revertDrift } from "@/lib/commands/revert-drift";
import { settleStuck } from "@/lib/commands/settle-stuck";
import { sql } from "@/lib/db/sql";
import { cellEntries, loadCell, specDigest, untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;
let count = 0;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

async function request(release: string, environment: string): Promise<PromotionState> {
  count += 1;
  const idempotencyKey = `drift-test-${count}`;
  const input = { project: "demo", environment, release, idempotencyKey };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

const place = (service: string, environment: string, digest: string) => {
  return { project: "demo", environment, service, digest, why: "seen to by hand" };
};
const kinds = async (service: string, environment: string) =>
  (await cellEntries(world, service, environment)).map((entry) => entry.kind);

describe("a change by hand", () => {
  it("shows as drift within seconds, changes nothing that should run, is not overwritten, and ends when changed back", async () => {
    const before = await loadCell(world, "chat", "staging");
    const odd = await pushUnannounced(world, "chat", "v8.0.0");
    await setImageByHand(world, "chat", "staging", odd);
    const drifted = await untilCell(world, "chat", "staging", (cell) => cell.drift === odd);
    expect(drifted).toMatchObject({ wanted: before.wanted, verified: before.verified });
    const entries = await cellEntries(world, "chat", "staging");
    expect(entries.at(-1)).toEqual({
      kind: "drift.detected",
      data: { service: "chat", wanted: before.wanted, runs: odd, changedBy: null },
    });

    // A worker at work leaves it as it is.
    await world.withWorker(() => untilCell(world, "chat", "staging", (cell) => cell.observed === odd));
    expect(await specDigest(world, "chat", "staging")).toBe(odd);

    await setImageByHand(world, "chat", "staging", before.wanted ?? "");
    await untilCell(world, "chat", "staging", (cell) => cell.drift === null && cell.observed === before.wanted);
    expect(await kinds("chat", "staging")).toEqual(["deployment.found", "drift.detected", "drift.cleared"]);
  });

  it("is brought back by a person even where the image by hand never came up", async () => {
    const before = await loadCell(world, "chat", "production");
    const { digest: crash } = await world.release("chat", "v8.1.0", "crash");
    await setImageByHand(world, "chat", "production", crash);
    await untilCell(world, "chat", "production", (cell) => cell.drift === crash && cell.health !== "healthy");

    const other = { ...place("chat", "production", before.wanted ?? "") };
    expect(await revertDrift(world.engine, world.people.rita, other)).toMatchObject({ code: "driftChanged" });
    const input = place("chat", "production", crash);
    const asked = await revertDrift(world.engine, world.people.rita, input);
    if (asked.kind === "rejection") throw new Error(asked.message);
    expect(asked.state.plan).toMatchObject({ kind: "rollback", services: [{ from: { digest: crash } }] });
    const twice = await revertDrift(world.engine, world.people.rita, input);
    expect(twice).toMatchObject({ kind: "rejection", code: "busy", promotion: asked.state.id });

    const ended = await world.withWorker(() => world.ended(asked.state.id));
    expect(ended.phase).toBe("succeeded");
    expect(await specDigest(world, "chat", "production")).toBe(before.wanted);
    await untilCell(world, "chat", "production", (cell) => cell.health === "healthy");
    expect(await revertDrift(world.engine, world.people.rita, input)).toMatchObject({ code: "noDrift" });
    await expectSoundRecord(world, asked.state.id);
  });

  it("is adopted by a person, under its own name, and is not verified by that", async () => {
    const before = await loadCell(world, "chat", "staging");
    const { digest } = await world.release("chat", "v8.2.0");
    await setImageByHand(world, "chat", "staging", digest);
    // The spec says so already; the pods need not.
    await untilCell(world, "chat", "staging", (cell) => cell.drift === digest);
    const adopted = await adoptDrift(world.engine, world.people.rita, place("chat", "staging", digest));
    expect(adopted).toEqual({ kind: "adopted", digest });
    const after = await loadCell(world, "chat", "staging");
    expect(after).toMatchObject({ wanted: digest, wantedVersion: "v8.2.0", drift: null, verified: before.verified });
    expect(await adoptDrift(world.engine, world.people.rita, place("chat", "staging", digest))).toMatchObject({
      code: "noDrift",
    });
    await untilCell(world, "chat", "staging", (cell) => cell.observed === digest);
    expect((await kinds("chat", "staging")).at(-1)).toBe("drift.adopted");
  });

  it("to a digest that failed there cannot be adopted", async () => {
    const { key, digest } = await world.release("chat", "v8.3.0", "crash");
    const failed = await request(key, "staging");
    expect((await world.withWorker(() => world.ended(failed.id))).phase).toBe("rolledBack");
    await setImageByHand(world, "chat", "staging", digest);
    await untilCell(world, "chat", "staging", (cell) => cell.drift === digest);
    const refused = await adoptDrift(world.engine, world.people.rita, place("chat", "staging", digest));
    expect(refused).toMatchObject({ kind: "rejection", code: "blocked" });
    expect(refused.kind === "rejection" && refused.message).toContain("CrashLoopBackOff");
    const asked = await revertDrift(world.engine, world.people.rita, place("chat", "staging", digest));
    if (asked.kind === "rejection") throw new Error(asked.message);
    expect((await world.withWorker(() => world.ended(asked.state.id))).phase).toBe("succeeded");
  });
});

describe("a change by hand under a promotion that waits", () => {
  it("voids what was approved, says what changed, and the new plan says what it would replace", async () => {
    const { key } = await world.release("backend", "v8.4.0");
    const staged = await request(key, "staging");
    expect((await world.withWorker(() => world.ended(staged.id))).phase).toBe("succeeded");

    const waiting = await request(key, "production");
    expect(waiting.phase).toBe("waiting");
    const odd = await pushUnannounced(world, "backend", "v8.5.0");
    await world.withWorker(async () => {
      await setImageByHand(world, "backend", "production", odd);
      await untilCell(world, "backend", "production", (cell) => cell.drift === odd);
      // Nobody has to ask: the drift itself has the plan made anew.
      await world.until(waiting.id, (state) => state.planHash !== waiting.planHash);
    });
    const replanned = await world.until(waiting.id, () => true);
    expect(replanned.plan.services[0]?.from?.digest).toBe(odd);
    const entries = await loadPromotionEntries(world.pool, "demo", waiting.id);
    const change = entries.find((entry) => entry.kind === "promotion.replanned");
    expect(change?.data).toMatchObject({
      changes: expect.arrayContaining([expect.stringMatching(/^backend runs \S+ now, ran \S+$/)]),
    });

    const late = { promotion: waiting.id, planHash: waiting.planHash };
    expect(await approve(world.engine, world.people.arjun, late)).toMatchObject({ code: "planChanged" });
    const fresh = { promotion: waiting.id, planHash: replanned.planHash };
    expect((await approve(world.engine, world.people.arjun, fresh)).kind).toBe("told");
    const ended = await world.withWorker(() => world.ended(waiting.id));
    expect(ended.phase).toBe("succeeded");
    expect((await loadCell(world, "backend", "production")).drift).toBeNull();
    await expectSoundRecord(world, waiting.id);
  });
});

describe("a change by hand under a promotion that is under way", () => {
  it("before its order was written: it fails, nothing is overwritten, what should run stays, and the drift shows", async () => {
    const before = await loadCell(world, "backend", "staging");
    const { key } = await world.release("backend", "v8.6.0");
    const started = await request(key, "staging");
    expect(started.phase).toBe("rollingOut");
    const odd = await pushUnannounced(world, "backend", "v8.7.0");
    await setImageByHand(world, "backend", "staging", odd);
    await untilCell(world, "backend", "staging", (cell) => cell.observed === odd);
    expect((await loadCell(world, "backend", "staging")).drift).toBeNull();

    const ended = await world.withWorker(() => world.ended(started.id));
    expect(ended).toMatchObject({ phase: "failed", cause: { kind: "failed", service: "backend" } });
    if (ended.phase === "failed") {
      expect(ended.cause.reason).toContain("it was changed meanwhile");
      expect(ended.nextStep).toContain("Nothing was changed");
    }
    expect(await specDigest(world, "backend", "staging")).toBe(odd);
    // Without any further change in the cluster.
    expect(await loadCell(world, "backend", "staging")).toMatchObject({ drift: odd, wanted: before.wanted });
    await expectSoundRecord(world, started.id);
    await setImageByHand(world, "backend", "staging", before.wanted ?? "");
    await untilCell(world, "backend", "staging", (cell) => cell.drift === null && cell.health === "healthy");
  });

  it("after its order was taken: it is stuck with words, still not overwritten, and drifts once a person closed it", async () => {
    const { key, digest } = await world.release("backend", "v8.8.0", "unready");
    const started = await request(key, "staging");
    const odd = await pushUnannounced(world, "backend", "v8.9.0");
    await world.withWorker(async () => {
      await world.until(started.id, isAccepted);
      await setImageByHand(world, "backend", "staging", odd);
      await world.until(started.id, (state) => state.phase === "stuck");
      const retried = await settleStuck(world.engine, world.people.rita, { promotion: started.id, how: "retry" });
      expect(retried.kind).toBe("told");
      await world.until(started.id, (state) => state.phase === "stuck");
    });
    const stuck = await world.until(started.id, () => true);
    expect(stuck).toMatchObject({
      phase: "stuck",
      cause: { reason: expect.stringContaining("somebody else changed") },
    });
    expect(stuck.phase === "stuck" && stuck.trouble).toContain("backend: it was changed meanwhile");
    expect(await specDigest(world, "backend", "staging")).toBe(odd);
    // Stuck holds the place: nobody else may begin there.
    const [active] = await world.pool.query<{ promotion: string }>(
      sql`select promotion from rollout where service = 'backend' and environment = 'staging' and active`,
    );
    expect(active?.promotion).toBe(started.id);

    await untilCell(world, "backend", "staging", (cell) => cell.observed === odd);
    const close = { promotion: started.id, how: "close", why: "the other one stays" };
    expect(await settleStuck(world.engine, world.people.rita, close)).toMatchObject({
      kind: "told",
      state: { phase: "failed", closedBy: { name: "Rita Moreau" } },
    });
    const after = await loadCell(world, "backend", "staging");
    expect(after.drift).toBe(odd);
    expect(after.wanted).not.toBe(digest);
    await expectSoundRecord(world, started.id);
  });
});

function isAccepted(state: PromotionState): boolean {
  return state.phase === "rollingOut" && state.rollouts[0]?.phase === "accepted";
}
