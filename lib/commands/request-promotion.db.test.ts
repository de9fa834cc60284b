import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { approve } from "@/lib/commands/approve";
import { hold, releaseHold } from "@/lib/commands/hold";
import { type RequestPromotionInput, requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { Conflict } from "@/lib/pipeline/errors";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;
let count = 0;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

const staging = { project: "demo", environment: "staging" };

async function newRelease(service: "backend" | "chat" = "backend"): Promise<string> {
  count += 1;
  return (await world.release(service, `v5.${count}.0`)).key;
}

async function ask(release: string, extra: Partial<RequestPromotionInput> = {}): Promise<PromotionState> {
  const input = { ...staging, release, idempotencyKey: `ask:${release}:staging`, ...extra };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

const stateOf = (id: string) => world.until(id, () => true);

/** Where one entry of a promotion stands in the project's chain. */
async function seqOf(id: string, kind: string): Promise<number> {
  const entries = await loadPromotionEntries(world.pool, "demo", id);
  const found = entries.find((entry) => entry.kind === kind);
  if (!found) throw new Error(`${id} has no ${kind}: ${entries.map((entry) => entry.kind).join(", ")}`);
  return found.seq;
}

async function allEnd(ids: string[]): Promise<string[]> {
  return world.withWorker(async () => {
    const ended = await Promise.all(ids.map((id) => world.ended(id)));
    return ended.map((state) => state.phase);
  });
}

describe("asking for a promotion", () => {
  it("twenty times at once with one key makes one promotion", async () => {
    const release = await newRelease();
    const input = { ...staging, release, idempotencyKey: "twenty-at-once" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => requestPromotion(world.engine, world.people.rita, input)),
    );
    const states = answers.map((one) => (one.kind === "requested" ? one : undefined));
    expect(new Set(states.map((one) => one?.state.id)).size).toBe(1);
    expect(states.filter((one) => one?.created)).toHaveLength(1);
    const rows = await world.pool.query(sql`select id from promotion where release = ${release}`);
    expect(rows).toHaveLength(1);

    const id = states[0]?.state.id ?? "";
    expect(await allEnd([id])).toEqual(["succeeded"]);
    const again = await requestPromotion(world.engine, world.people.rita, input);
    expect(again).toMatchObject({ created: false, state: { id, phase: "succeeded" } });
  });

  it("with a key that another request used is a conflict that names it, whoever asks and whatever for", async () => {
    const other = await newRelease();
    const key = { idempotencyKey: "twenty-at-once" };
    const conflicting = [
      () => ask(other, key),
      () => ask(other, { ...key, environment: "production" }),
      () => rollBack(world.engine, world.people.ada, { ...staging, services: ["backend"], ...key }),
    ];
    for (const attempt of conflicting) {
      const error = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Conflict);
      expect((error as Conflict).current).toMatchObject({ promotion: expect.stringMatching(/^demo-\d+$/) });
    }
  });

  it("twice with two keys for what is on its way already is the same promotion", async () => {
    const release = await newRelease("chat");
    const first = await ask(release);
    expect((await ask(release, { idempotencyKey: "another-key" })).id).toBe(first.id);
    expect(await allEnd([first.id])).toEqual(["succeeded"]);
    const refused = await requestPromotion(world.engine, world.people.rita, {
      ...staging,
      release,
      idempotencyKey: "when-it-runs",
    });
    expect(refused).toMatchObject({ kind: "rejection", code: "nothingToMove" });
  });

  const refused: [string, Partial<RequestPromotionInput>, string][] = [
    ["a release that nobody announced", { release: "backend@v0.0.0" }, "nothingToMove"],
    ["an environment that is not there", { environment: "qa" }, "unknownEnvironment"],
    ["another plan than the one that was looked at", { planHash: "0".repeat(64) }, "planChanged"],
    ["an environment that it has not earned", { environment: "production" }, "gateClosed"],
  ];
  it.each(refused)("for %s is refused, and leaves no trace", async (_, extra, code) => {
    const release = await newRelease();
    const before = await world.pool.query(sql`select seq, promotions from ledger_head where project = 'demo'`);
    const input = { ...staging, release, idempotencyKey: `refused:${code}`, ...extra };
    expect(await requestPromotion(world.engine, world.people.rita, input)).toMatchObject({ kind: "rejection", code });
    expect(await world.pool.query(sql`select seq, promotions from ledger_head where project = 'demo'`)).toEqual(before);
  });
});

describe("the queue of an environment", () => {
  it("lets one of two requests at once begin, and the other one after it", async () => {
    const releases = [await newRelease(), await newRelease()];
    const states = await Promise.all(releases.map((release) => ask(release)));
    expect(states.map((state) => state.phase).sort()).toEqual(["queued", "rollingOut"]);
    const [first, second] = states.toSorted((a, b) => a.number - b.number).map((state) => state.id);
    expect(await allEnd([first ?? "", second ?? ""])).toEqual(["succeeded", "succeeded"]);
    expect(await seqOf(second ?? "", "promotion.started")).toBeGreaterThan(
      await seqOf(first ?? "", "promotion.succeeded"),
    );
    await expectSoundRecord(world, second ?? "");
  });

  it("does not make services wait for each other", async () => {
    const states = [await ask(await newRelease("backend")), await ask(await newRelease("chat"))];
    expect(states.map((state) => state.phase)).toEqual(["rollingOut", "rollingOut"]);
    expect(await allEnd(states.map((state) => state.id))).toEqual(["succeeded", "succeeded"]);
  });

  it("gives a place anew to one that a hold sent back, and nobody waits for each other", async () => {
    const active = await ask(await newRelease());
    const [early, late] = [await ask(await newRelease()), await ask(await newRelease())];
    expect([active.phase, early.phase, late.phase]).toEqual(["rollingOut", "queued", "queued"]);

    const held = await hold(world.engine, world.people.rita, { ...staging, reason: "an incident" });
    expect(held.kind).toBe("held");
    await drive(world.engine, early.id, 30_000);
    expect(await stateOf(early.id)).toMatchObject({ phase: "waiting" });
    expect((await stateOf(early.id)).verdicts.find((one) => one.gate === "hold")?.status).toBe("wait");
    await releaseHold(world.engine, world.people.rita, { ...staging, why: "it is over" });
    await drive(world.engine, early.id, 30_000);
    expect((await stateOf(early.id)).phase).toBe("queued");

    expect(await allEnd([active.id, early.id, late.id])).toEqual(["succeeded", "succeeded", "succeeded"]);
    const started = await Promise.all([late.id, early.id].map((id) => seqOf(id, "promotion.started")));
    expect(started[0]).toBeLessThan(started[1] ?? 0);
  });

  it("lets a rollback go before those that wait", async () => {
    const active = await ask(await newRelease());
    const waiting = await ask(await newRelease());
    const stopped = await abort(world.engine, world.people.rita, { promotion: active.id, why: "not this one" });
    expect(stopped).toMatchObject({ kind: "told", state: { phase: "aborted" } });
    const back = await rollBack(world.engine, world.people.rita, {
      ...staging,
      services: ["backend"],
      idempotencyKey: "before-those-that-wait",
    });
    expect(back).toMatchObject({ kind: "requested", state: { phase: "rollingOut", plan: { kind: "rollback" } } });
    const backId = back.kind === "requested" ? back.state.id : "";
    expect(await allEnd([backId, waiting.id])).toEqual(["succeeded", "succeeded"]);
    expect(await seqOf(waiting.id, "promotion.started")).toBeGreaterThan(await seqOf(backId, "promotion.succeeded"));
  });

  it("refuses a rollback while another promotion is under way there, and names it", async () => {
    const active = await ask(await newRelease());
    const back = { ...staging, services: ["backend", "chat"], idempotencyKey: "while-it-is-busy" };
    expect(await rollBack(world.engine, world.people.rita, back)).toMatchObject({
      kind: "rejection",
      code: "busy",
      promotion: active.id,
    });
    expect(await allEnd([active.id])).toEqual(["succeeded"]);
  });

  it("of the kind newest ends what still waits there for the same services, and nothing else", async () => {
    const text = projectFile(world.sandbox).replace("tag: staging\n", "tag: staging\n      queue: newest\n");
    expect((await applyDocuments(world.engine, world.people.ada, { text }, { operator: true })).kind).toBe("applied");
    const active = await ask(await newRelease());
    const chat = await ask(await newRelease("chat"));
    const older = await ask(await newRelease());
    const newest = await ask(await newRelease());
    expect(await stateOf(older.id)).toMatchObject({ phase: "superseded", supersededBy: newest.id });
    expect([(await stateOf(active.id)).phase, (await stateOf(chat.id)).phase]).toEqual(["rollingOut", "rollingOut"]);
    expect(await allEnd([active.id, newest.id, chat.id])).toEqual(["succeeded", "succeeded", "succeeded"]);
    const told = await abort(world.engine, world.people.rita, { promotion: older.id, why: "too late" });
    expect(told).toMatchObject({ kind: "rejection", code: "ended" });
  });
});

describe("a hold that comes before the last yes", () => {
  it("keeps the promotion waiting, says who holds, and lets it go when it is lifted", async () => {
    const production = { project: "demo", environment: "production" };
    const release = await newRelease();
    expect(await allEnd([(await ask(release)).id])).toEqual(["succeeded"]);
    const waiting = await ask(release, { ...production, idempotencyKey: "held-production" });
    expect(waiting.phase).toBe("waiting");
    await hold(world.engine, world.people.arjun, { ...production, reason: "a freeze by hand" });
    const yes = { promotion: waiting.id, planHash: waiting.planHash };
    const approved = await approve(world.engine, world.people.arjun, yes);
    expect(approved.kind).toBe("told");
    await drive(world.engine, waiting.id, 30_000);
    const held = await stateOf(waiting.id);
    expect(held.phase).toBe("waiting");
    expect(held.verdicts.find((one) => one.gate === "hold")).toMatchObject({
      status: "wait",
      summary: "held by Arjun Mehta: a freeze by hand",
    });
    expect(held.approvals).toHaveLength(1);
    await releaseHold(world.engine, world.people.rita, { ...production, why: "it is over" });
    expect(await allEnd([waiting.id])).toEqual(["succeeded"]);
  });
});
