import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abort } from "@/lib/commands/abort";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { retryPromotion } from "@/lib/commands/retry-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { unblock } from "@/lib/commands/unblock";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { Forbidden, InvalidInput } from "@/lib/pipeline/errors";
import { later } from "@/lib/pipeline/promotion/decision";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { loadPromotePreview } from "@/lib/queries/promote-preview";
import { loadPromotionPage } from "@/lib/queries/promotion-page";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

const staging = { project: "demo", environment: "staging" };
const hour = 3_600_000;

async function ask(
  release: string,
  more: { notBefore?: string; key?: string } = {},
  engine = world.engine,
): Promise<PromotionState> {
  const { key = `ask:${release}`, ...rest } = more;
  const asked = await requestPromotion(engine, world.people.rita, {
    ...{ ...staging, release, idempotencyKey: key, ...rest },
  });
  if (asked.kind === "rejection") throw new Error(`${asked.code}: ${asked.message}`);
  return asked.state;
}

let keys = 0;
function retry(promotion: string, key = `retry-number-${++keys}`) {
  return retryPromotion(world.engine, world.people.rita, { promotion, idempotencyKey: key });
}

const inAnHour = () => later(world.engine.now(), hour);

describe("a retry", () => {
  it("asks for exactly the plan that was stopped, once for twenty presses, and says what it tries again", async () => {
    const { key } = await world.release("chat", "v9.0.0");
    const first = await ask(key, { notBefore: inAnHour() });
    await abort(world.engine, world.people.rita, { promotion: first.id, why: "not today" });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, press) => retry(first.id, `press-${press % 10}-of-it`)),
    );
    const ids = new Set(answers.map((one) => (one.kind === "requested" ? one.state.id : one.message)));
    expect(ids.size).toBe(1);
    const [id = ""] = ids;
    const again = await world.until(id, () => true);
    expect(again).toMatchObject({ planHash: first.planHash, causedBy: first.id, phase: "waiting", approvals: [] });
    await abort(world.engine, world.people.rita, { promotion: id, why: "enough" });
    await expectSoundRecord(world, id);
  });

  it("of a digest that was blocked is refused by its gate, and goes once the block is lifted", async () => {
    const { engine, people, pool } = world;
    const { key } = await world.release("backend", "v9.1.0", "crash");
    const failed = await ask(key);
    await world.withWorker(async () => expect(await world.ended(failed.id)).toMatchObject({ phase: "rolledBack" }));
    expect(await retry(failed.id)).toMatchObject({ kind: "rejection", code: "gateClosed" });
    const [block] = await pool.query<{ id: string }>(sql`select id from block where lifted_at is null`);
    await unblock(engine, people.ada, { project: "demo", block: block?.id ?? "", why: "another node" });
    const again = await retry(failed.id);
    if (again.kind === "rejection") throw new Error(again.message);
    expect(again.state.planHash).toBe(failed.planHash);
    await world.withWorker(async () =>
      expect(await world.ended(again.state.id)).toMatchObject({ phase: "rolledBack" }),
    );
    await expectSoundRecord(world, again.state.id);
  });

  it("is refused with what differs where the plan would be another one by now", async () => {
    const { key } = await world.release("chat", "v9.2.0");
    const stopped = await ask(key, { notBefore: inAnHour() });
    await abort(world.engine, world.people.rita, { promotion: stopped.id, why: "not today" });
    const other = await ask((await world.release("chat", "v9.3.0")).key);
    await world.withWorker(async () => expect(await world.ended(other.id)).toMatchObject({ phase: "succeeded" }));
    const before = await world.pool.query(sql`select seq, promotions from ledger_head where project = 'demo'`);
    const refused = await retry(stopped.id);
    expect(refused).toMatchObject({ kind: "rejection", code: "planChanged" });
    expect("message" in refused && refused.message).toMatch(/another one by now: chat runs .* now, ran /);
    expect(await world.pool.query(sql`select seq, promotions from ledger_head where project = 'demo'`)).toEqual(before);
  });

  it("is for what failed, went back, expired or was stopped, and for whoever may promote", async () => {
    const [done] = await world.pool.query<{ id: string }>(sql`select id from promotion where phase = 'succeeded'`);
    expect(await retry(done?.id ?? "")).toMatchObject({ kind: "rejection", code: "notRetryable" });
    const view = await loadPromotionPage(world.pool, world.people.rita, done?.id ?? "", world.engine.now());
    expect(view.rights.retry).toBe(false);
    const [stopped] = await world.pool.query<{ id: string }>(sql`select id from promotion where phase = 'aborted'`);
    const input = { promotion: stopped?.id ?? "", idempotencyKey: "because-I-can" };
    await expect(retryPromotion(world.engine, world.people.vera, input)).rejects.toThrow(Forbidden);
    await expect(retryPromotion(world.engine, world.people.arjun, input)).rejects.toThrow(Forbidden);
  });
});

describe("a promotion at a time", () => {
  it("waits for its moment, shows it before and after it was asked for, and starts then by itself", async () => {
    const { engine, people, pool } = world;
    const { key } = await world.release("chat", "v9.4.0");
    const notBefore = inAnHour();
    const subject = { kind: "promote", ...staging, release: key, notBefore };
    const preview = await loadPromotePreview(pool, people.rita, subject, engine.now());
    expect(preview).toMatchObject({ refusal: null, plan: { gates: [{ kind: "schedule", notBefore }, {}, {}, {}] } });
    const state = await ask(key, { notBefore });
    expect("planHash" in preview && preview.planHash).toBe(state.planHash);
    expect(state.verdicts.find((one) => one.gate === "schedule")).toMatchObject({ status: "wait", opensAt: notBefore });
    expect(Date.parse(state.expiresAt)).toBeGreaterThan(Date.parse(notBefore) + 6 * 24 * hour);

    await wakeWaiting(pool, "demo");
    await drive({ ...engine, now: () => later(notBefore, -1) }, state.id, 30_000);
    expect(await world.until(state.id, () => true)).toMatchObject({ phase: "waiting" });
    await abort(engine, people.rita, { promotion: state.id, why: "sooner" });

    // It was asked for a minute ago: however long the asking takes, the moment still lay ahead then.
    const asking = { ...engine, now: () => later(new Date().toISOString(), -60_000) };
    const soon = later(engine.now(), 1_500);
    const { id } = await ask(key, { notBefore: soon, key: "in-a-moment" }, asking);
    await world.withWorker(async () => expect(await world.ended(id)).toMatchObject({ phase: "succeeded" }));
    const started = (await loadPromotionEntries(pool, "demo", id)).find((entry) => entry.kind === "promotion.started");
    expect(started && started.at >= soon).toBe(true);
    await expectSoundRecord(world, id);
  });

  it("can be stopped before it, and asked for anew; meanwhile another moment of the same release is refused", async () => {
    const { engine, people } = world;
    const { key } = await world.release("chat", "v9.5.0");
    const state = await ask(key, { notBefore: inAnHour() });
    const sooner = {
      ...staging,
      release: key,
      notBefore: later(engine.now(), hour / 2),
      idempotencyKey: "sooner-please",
    };
    expect(await requestPromotion(engine, people.rita, sooner)).toMatchObject({ code: "busy", promotion: state.id });
    await abort(engine, people.rita, { promotion: state.id, why: "sooner" });
    expect(await requestPromotion(engine, people.rita, sooner)).toMatchObject({ kind: "requested", created: true });
  });

  it.each([
    ["a moment that has passed", "2020-01-01T00:00:00Z"],
    ["a moment without a zone", "2026-12-01T09:00:00"],
    ["a moment too far ahead", "2060-01-01T00:00:00Z"],
    ["no moment", "tomorrow"],
  ])("is refused for %s", async (_, notBefore) => {
    const { key } = await world.release("backend", "v9.6.0");
    await expect(ask(key, { notBefore, key: `odd-moment-${notBefore}` })).rejects.toThrow(InvalidInput);
    expect(await world.pool.query(sql`select id from promotion where release = ${key}`)).toEqual([]);
  });
});

describe("a rollback", () => {
  it("that expired or was stopped may be tried again by whoever may roll back", async () => {
    const back = await rollBack(world.engine, world.people.rita, {
      ...{ ...staging, services: ["chat"], idempotencyKey: "back-once" },
    });
    if (back.kind === "rejection") throw new Error(back.message);
    await abort(world.engine, world.people.rita, { promotion: back.state.id, why: "not yet" });
    const again = await retry(back.state.id);
    expect(again).toMatchObject({ kind: "requested", state: { plan: { kind: "rollback" } } });
  });
});
