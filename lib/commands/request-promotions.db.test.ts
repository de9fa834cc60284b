import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abort } from "@/lib/commands/abort";
import { block } from "@/lib/commands/block";
import { requestPromotions } from "@/lib/commands/request-promotions";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { Conflict, Forbidden } from "@/lib/pipeline/errors";
import { loadPromoteSet } from "@/lib/queries/promote-set";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

const staging = { project: "demo", environment: "staging" };
let count = 0;

async function pair(): Promise<[string, string]> {
  count += 1;
  const backend = await world.release("backend", `v10.${count}.0`);
  const chat = await world.release("chat", `v10.${count}.0`);
  return [backend.key, chat.key];
}

const stored = () => world.pool.query(sql`select seq, promotions from ledger_head where project = 'demo'`);

describe("several releases at once", () => {
  it("are one promotion each, in the file's order, previewed by the same hashes, once for twenty presses", async () => {
    const { engine, people, pool } = world;
    const [backend, chat] = await pair();
    const view = await loadPromoteSet(pool, people.rita, { ...staging, releases: [chat, backend] }, engine.now());
    expect(view.lines.map((line) => line.release)).toEqual([backend, chat]);
    const planHashes = Object.fromEntries(
      view.lines.flatMap(({ release, preview }) => (preview.kind === "preview" ? [[release, preview.planHash]] : [])),
    );
    const input = { ...staging, releases: [chat, backend], planHashes, idempotencyKey: "both-together" };
    const answers = await Promise.all(Array.from({ length: 20 }, () => requestPromotions(engine, people.rita, input)));
    const ids = answers.map((one) =>
      one.kind === "requestedTogether" ? one.promotions.map(({ state }) => state.id).join() : one.message,
    );
    expect(new Set(ids).size).toBe(1);
    const rows = await pool.query<{ id: string; release: string }>(
      sql`select id, release from promotion where release = any(${[backend, chat]}) order by number`,
    );
    expect(rows.map((row) => row.release)).toEqual([backend, chat]);
    await world.withWorker(async () => {
      for (const { id } of rows) expect(await world.ended(id)).toMatchObject({ phase: "succeeded" });
    });
    for (const { id } of rows) await expectSoundRecord(world, id);
  });

  it("are all refused where one of them is, which is named, and nothing is written", async () => {
    const { engine, people } = world;
    const [backend, chat] = await pair();
    const { digest } = await world.release("chat", `v10.${count}.1`);
    const blocked = `chat@v10.${count}.1`;
    await block(engine, people.rita, { ...staging, service: "chat", digest, reason: "it is broken" });
    const before = await stored();
    const ask = (releases: string[], key: string) =>
      requestPromotions(engine, people.rita, { ...staging, releases, idempotencyKey: key });
    const refused = await ask([backend, blocked], "one-is-blocked");
    expect(refused).toMatchObject({ kind: "rejection", code: "gateClosed" });
    expect("message" in refused && refused.message).toMatch(/^chat@.*it is broken; nothing was asked for$/);
    expect(await ask([chat, blocked], "twice-the-same")).toMatchObject({ code: "invalidArtifacts" });
    expect(await ask([backend, "chat@v0.0.0"], "one-is-unknown")).toMatchObject({ code: "nothingToMove" });
    const stale = { [backend]: "0".repeat(64) };
    const input = { ...staging, releases: [chat, backend], planHashes: stale, idempotencyKey: "another-plan" };
    expect(await requestPromotions(engine, people.rita, input)).toMatchObject({ code: "planChanged" });
    expect(await stored()).toEqual(before);
  });

  it("belong to whoever may promote there; a key is of one request", async () => {
    const { engine, people } = world;
    const releases = await pair();
    const input = { ...staging, releases, idempotencyKey: "the-key-of-two" };
    await expect(requestPromotions(engine, people.vera, input)).rejects.toThrow(Forbidden);
    const asked = await requestPromotions(engine, people.rita, input);
    if (asked.kind === "rejection") throw new Error(asked.message);
    for (const { state } of asked.promotions) await abort(engine, people.rita, { promotion: state.id, why: "enough" });
    const urgent = { ...input, severity: "P1", reason: "it burns" };
    await expect(requestPromotions(engine, people.rita, urgent)).rejects.toThrow(Conflict);
  });
});
