import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hold, releaseHold } from "@/lib/commands/hold";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { releaseLeases, takeDueStep } from "@/lib/engine/lease";
import { screenEvaluations } from "@/lib/engine/screen-evaluations";
import { putOffEvaluations, takeDueEvaluations } from "@/lib/engine/take-due-evaluations";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadHead } from "@/lib/ledger/load";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";

const many = 12;
const place = { project: "demo", environment: "staging" };
let world: DemoWorld;
let ids: string[];

/** Twelve promotions that wait for a hold to be lifted, and no worker. */
beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  await hold(world.engine, world.people.rita, { ...place, reason: "to have something to wait for" });
  ids = [];
  for (let index = 0; index < many; index++) {
    const { key } = await world.release(index % 2 === 0 ? "backend" : "chat", `v3.0.${index}`);
    const input = { ...place, release: key, idempotencyKey: `screened-${index}` };
    const asked = await requestPromotion(world.engine, world.people.rita, input);
    if (asked.kind === "rejection") throw new Error(asked.message);
    ids.push(asked.state.id);
  }
});
afterAll(() => world?.close());

const makeDue = () =>
  world.pool.execute(sql`update step set due_at = now() - interval '1 s', lease_until = null where kind = 'evaluate'`);
beforeEach(makeDue);

async function steps() {
  return world.pool.query<{ due: boolean; leased: boolean }>(
    // What was made due at this very moment is stored to the millisecond, which may be the one after.
    sql`select due_at <= now() + interval '1 ms' as due, coalesce(lease_until > now(), false) as leased from step
         where kind = 'evaluate' and status = 'due' and promotion = any(${ids})`,
  );
}
const all = (what: { due: boolean; leased: boolean }) => Array.from({ length: many }, () => what);
const other = (): Engine => ({ ...world.engine, owner: "another worker" });

describe("many evaluations at one look", () => {
  it("are put off where nothing changed, and nothing is recorded", async () => {
    const before = await loadHead(world.pool, "demo");
    const held = await takeDueEvaluations(world.engine);
    expect(held).toHaveLength(many);
    expect(await screenEvaluations(world.engine, held)).toEqual([]);
    expect(await steps()).toEqual(all({ due: false, leased: false }));
    expect(await loadHead(world.pool, "demo")).toEqual(before);
  });

  it("are taken by one process only, and not one by one either", async () => {
    const held = await takeDueEvaluations(world.engine);
    expect(await takeDueEvaluations(other())).toEqual([]);
    expect(await takeDueStep(other())).toBeUndefined();
    await putOffEvaluations(
      world.engine,
      held.map((step) => ({ step, nextAt: new Date(Date.now() + 60_000).toISOString() })),
    );
  });

  it("are not taken together where there are few", async () => {
    await world.pool.execute(
      sql`update step set due_at = now() + interval '1 hour' where kind = 'evaluate' and promotion <> ${ids[0] ?? ""}`,
    );
    expect(await takeDueEvaluations(world.engine)).toEqual([]);
  });

  it("stay due where something changed between the look and its end", async () => {
    const held = await takeDueEvaluations(world.engine);
    await wakeWaiting(world.pool, "demo");
    const nextAt = new Date(Date.now() + 60_000).toISOString();
    await putOffEvaluations(
      world.engine,
      held.map((step) => ({ step, nextAt })),
    );
    expect(await steps()).toEqual(all({ due: true, leased: false }));
  });

  it("change nothing once another process took them over", async () => {
    const held = await takeDueEvaluations(world.engine);
    await makeDue();
    const theirs = await takeDueEvaluations(other());
    expect(theirs).toHaveLength(many);
    expect(await screenEvaluations(world.engine, held)).toEqual([]);
    expect(await steps()).toEqual(all({ due: false, leased: true }));
  });

  it("are free at once when their process stops", async () => {
    await takeDueEvaluations(world.engine);
    await releaseLeases(world.engine);
    expect(await steps()).toEqual(all({ due: true, leased: false }));
  });

  it("are each evaluated for themselves where the answer changed", async () => {
    await releaseHold(world.engine, world.people.rita, { ...place, why: "seen" });
    const held = await takeDueEvaluations(world.engine);
    expect((await screenEvaluations(world.engine, held)).map((step) => step.id).sort()).toEqual(
      held.map((step) => step.id).sort(),
    );
    await makeDue();
    await world.withWorker(() => Promise.all(ids.map((id) => world.ended(id))));
  });
});
