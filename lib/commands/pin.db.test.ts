import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { block } from "@/lib/commands/block";
import { pin, unpin } from "@/lib/commands/pin";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { unblock } from "@/lib/commands/unblock";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { Forbidden } from "@/lib/pipeline/errors";
import { readEnvironment } from "@/lib/queries/environment";
import { loadService } from "@/lib/queries/service";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

const staging = { project: "demo", environment: "staging" };
const backend = { ...staging, service: "backend" };

async function askFor(release: string) {
  const input = { ...staging, release, idempotencyKey: `ask:${release}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(`${asked.code}: ${asked.message}`);
  return asked.state;
}

async function runs(): Promise<string> {
  const [row] = await world.pool.query<{ digest: string }>(
    sql`select wanted_digest as digest from deployment where environment = 'staging' and service = 'backend'`,
  );
  return row?.digest ?? "";
}

describe("a pinned digest", () => {
  it("keeps another one waiting, with who and why, and lets it go on when the pin is lifted", async () => {
    const { engine, people, pool } = world;
    const kept = await runs();
    const reason = "the fair is on";
    expect(await pin(engine, people.rita, { ...backend, digest: kept, reason })).toMatchObject({ kind: "pinned" });
    const { key } = await world.release("backend", "v7.0.0");
    const waiting = await askFor(key);
    expect(waiting.phase).toBe("waiting");
    expect(waiting.verdicts.find((one) => one.gate === "pin")).toMatchObject({
      status: "wait",
      summary: expect.stringContaining("by Rita Moreau: the fair is on"),
    });
    const now = new Date().toISOString();
    const standing = { digest: kept, reason, by: "Rita Moreau" };
    expect((await readEnvironment(pool, people.vera, staging, now)).pins).toMatchObject([standing]);
    const service = await loadService(pool, people.vera, { project: "demo", service: "backend" }, now);
    expect(service.places.map((place) => place.pin)).toMatchObject([standing, null]);

    expect(await unpin(engine, people.rita, { ...backend, why: "the fair is over" })).toMatchObject({
      kind: "unpinned",
    });
    await world.withWorker(async () => expect(await world.ended(waiting.id)).toMatchObject({ phase: "succeeded" }));
    await expectSoundRecord(world, waiting.id);
  });

  it("does not stop a rollback", async () => {
    const { engine, people } = world;
    await pin(engine, people.rita, { ...backend, digest: await runs(), reason: "it was good" });
    const back = await rollBack(engine, people.rita, { ...staging, services: ["backend"], idempotencyKey: "back-pin" });
    if (back.kind === "rejection") throw new Error(back.message);
    await world.withWorker(async () => expect(await world.ended(back.state.id)).toMatchObject({ phase: "succeeded" }));
    await unpin(engine, people.rita, { ...backend, why: "it was not" });
    await expectSoundRecord(world, back.state.id);
  });

  it("is one at a time, of a digest that somebody knows, by whoever may", async () => {
    const { engine, people } = world;
    const digest = await runs();
    const input = { ...backend, digest, reason: "it stays" };
    const answers = await Promise.all(Array.from({ length: 20 }, () => pin(engine, people.rita, input)));
    expect(answers.filter((one) => one.kind === "pinned")).toHaveLength(1);
    await unpin(engine, people.rita, { ...backend, why: "enough" });
    const strange = { ...input, digest: `sha256:${"5".repeat(64)}` };
    expect(await pin(engine, people.rita, strange)).toMatchObject({ kind: "rejection", code: "unknownDigest" });
    const nowhere = { ...input, environment: "qa" };
    expect(await pin(engine, people.ada, nowhere)).toMatchObject({ kind: "rejection", code: "noTarget" });
    await expect(pin(engine, people.arjun, input)).rejects.toThrow(Forbidden);
    await expect(unpin(engine, people.vera, { ...backend, why: "because" })).rejects.toThrow(Forbidden);
  });
});

describe("a digest blocked by hand", () => {
  it("ends what waits to bring it, cannot be asked for, and comes once the block is lifted", async () => {
    const { engine, people } = world;
    await pin(engine, people.rita, { ...backend, digest: await runs(), reason: "so that it waits" });
    const { key, digest } = await world.release("backend", "v7.1.0");
    const waiting = await askFor(key);
    const reason = "it leaks the customers' names";
    const blocked = await block(engine, people.arjun, { ...backend, digest, reason });
    expect(blocked).toMatchObject({ kind: "blocked" });
    expect(await block(engine, people.arjun, { ...backend, digest, reason })).toMatchObject({ code: "blocked" });
    await world.withWorker(async () => {
      const ended = await world.ended(waiting.id);
      expect(ended).toMatchObject({ phase: "rejected", why: expect.stringContaining(reason) });
    });
    const again = { ...staging, release: key, idempotencyKey: "ask-again" };
    expect(await requestPromotion(engine, people.rita, again)).toMatchObject({ code: "gateClosed" });
    await unpin(engine, people.rita, { ...backend, why: "nothing waits" });
    const id = "id" in blocked ? blocked.id : "";
    await unblock(engine, people.arjun, { project: "demo", block: id, why: "the names were made up" });
    const asked = await requestPromotion(engine, people.rita, again);
    if (asked.kind === "rejection") throw new Error(asked.message);
    await world.withWorker(async () => expect(await world.ended(asked.state.id)).toMatchObject({ phase: "succeeded" }));
    await expectSoundRecord(world, asked.state.id);
  });

  it("is nobody's to block who may only look", async () => {
    const input = { ...backend, digest: await runs(), reason: "because I can" };
    await expect(block(world.engine, world.people.vera, input)).rejects.toThrow(Forbidden);
  });
});
