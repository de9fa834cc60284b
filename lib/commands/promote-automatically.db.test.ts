import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pushUnannounced, setImageByHand } from "@/lib/api/testing/change-by-hand";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { approve } from "@/lib/commands/approve";
import { block } from "@/lib/commands/block";
import { pin, unpin } from "@/lib/commands/pin";
import { promoteAutomatically } from "@/lib/commands/promote-automatically";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { resumeAutomation } from "@/lib/commands/resume-automation";
import { rollBack } from "@/lib/commands/roll-back";
import { sql } from "@/lib/db/sql";
import { untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { Forbidden } from "@/lib/pipeline/errors";
import { readEnvironment } from "@/lib/queries/environment";
import { readOverview } from "@/lib/queries/overview";
import { loadService } from "@/lib/queries/service";
import { Automation } from "@/lib/worker/automation";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  const text = projectFile(world.sandbox)
    .replace("tag: staging\n", "tag: staging\n      autoPromote: newest\n      queue: newest\n")
    .replace("tag: prod\n", "tag: prod\n      autoPromote: matchUpstream\n");
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
});
afterAll(() => world?.close());

const staging = { project: "demo", environment: "staging" };
const backend = { ...staging, service: "backend" };

/** What one look asked for in an environment: promotions by release. */
async function sweep(environment = "staging"): Promise<Record<string, string>> {
  const asked = await promoteAutomatically(world.engine);
  return Object.fromEntries(
    asked.flatMap(({ wanted, promotion, error }) => {
      if (error) throw error;
      return promotion && wanted.environment === environment ? [[wanted.release, promotion]] : [];
    }),
  );
}

async function succeed(id: string | undefined): Promise<void> {
  await world.withWorker(async () => expect(await world.ended(id ?? "")).toMatchObject({ phase: "succeeded" }));
}

async function wanted(environment: string): Promise<string> {
  const [row] = await world.pool.query<{ digest: string }>(
    sql`select wanted_digest as digest from deployment where environment = ${environment} and service = 'backend'`,
  );
  return row?.digest ?? "";
}

describe("newest", () => {
  it("leaves what was found running alone until something is announced, and asks for that as automation, once", async () => {
    expect(await sweep()).toEqual({});
    const { key, digest } = await world.release("backend", "v8.0.0");
    const asked = await sweep();
    expect(Object.keys(asked)).toEqual([key]);
    expect(await sweep()).toEqual({});
    const id = asked[key] ?? "";
    expect(await world.until(id, () => true)).toMatchObject({
      requestedBy: { kind: "system", name: "automation" },
      plan: { release: key },
    });
    await succeed(id);
    expect(await wanted("staging")).toBe(digest);
    await expectSoundRecord(world, id);
  });

  it("makes one promotion, however many processes look at once, and the others leave its link", async () => {
    const { key } = await world.release("backend", "v8.1.0");
    const looks = await Promise.all(Array.from({ length: 10 }, () => promoteAutomatically(world.engine)));
    const people = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        requestPromotion(world.engine, world.people.rita, {
          ...{ ...staging, release: key, idempotencyKey: `person-${index}` },
        }),
      ),
    );
    const rows = await world.pool.query<{ id: string }>(
      sql`select id from promotion where release = ${key} and environment = 'staging'`,
    );
    expect(rows).toHaveLength(1);
    const made = looks.flat().filter((one) => one.promotion !== undefined && one.wanted.environment === "staging");
    expect(made).toHaveLength(1);
    expect(looks.flat().filter((one) => one.error !== undefined)).toEqual([]);
    expect(people.map((one) => (one.kind === "requested" ? one.state.id : one.message))).toEqual(
      Array(10).fill(rows[0]?.id),
    );
    await succeed(rows[0]?.id);
  });

  it("twenty presses, of two people and automation at once, give one promotion and all of them its link", async () => {
    const { key } = await world.release("backend", "v8.2.0");
    const { rita, ada } = world.people;
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        if (index % 4 === 3) return Object.values(await sweep());
        const input = { ...staging, release: key, idempotencyKey: `one-press-${index % 8}` };
        const asked = await requestPromotion(world.engine, index % 2 ? rita : ada, input);
        if (asked.kind === "rejection") throw new Error(asked.message);
        return [asked.state.id];
      }),
    );
    expect(new Set(answers.flat()).size).toBe(1);
    expect(
      await world.pool.query(sql`select id from promotion where release = ${key} and environment = 'staging'`),
    ).toHaveLength(1);
    await succeed(answers.flat()[0]);
  });

  it("never asks for what is blocked, nor over a pin, and goes on when the pin is lifted", async () => {
    const { engine, people } = world;
    const { digest } = await world.release("backend", "v8.3.0");
    await block(engine, people.rita, { ...backend, digest, reason: "the wrong licence" });
    expect(await sweep()).toEqual({});
    await pin(engine, people.rita, { ...backend, digest: await wanted("staging"), reason: "the fair is on" });
    const { key } = await world.release("backend", "v8.4.0");
    expect(await sweep()).toEqual({});
    await unpin(engine, people.rita, { ...backend, why: "the fair is over" });
    const asked = await sweep();
    expect(Object.keys(asked)).toEqual([key]);
    await succeed(asked[key]);
  });

  it("stays off where somebody changed something by hand", async () => {
    const { key } = await world.release("backend", "v8.5.0");
    const before = await wanted("staging");
    const odd = await pushUnannounced(world, "backend", "v8.5.1");
    await setImageByHand(world, "backend", "staging", odd);
    await untilCell(world, "backend", "staging", (cell) => cell.drift === odd);
    expect(await sweep()).toEqual({});
    await setImageByHand(world, "backend", "staging", before);
    await untilCell(world, "backend", "staging", (cell) => cell.drift === null && cell.observed === before);
    const asked = await sweep();
    expect(Object.keys(asked)).toEqual([key]);
    await succeed(asked[key]);
  });

  it("is held by a rollback of a person, says so everywhere, and never brings back what was rolled back", async () => {
    const { engine, people, pool } = world;
    const input = { ...staging, services: ["backend"], reason: "slow as a snail", idempotencyKey: "back-by-hand" };
    const back = await rollBack(engine, people.rita, input);
    if (back.kind === "rejection") throw new Error(back.message);
    await succeed(back.state.id);
    const entries = await loadPromotionEntries(pool, "demo", back.state.id);
    expect(entries.find((entry) => entry.kind === "automation.held")).toMatchObject({
      actor: { kind: "person", name: "Rita Moreau" },
      subject: { environment: "staging", service: "backend" },
      data: { reason: `rolled back by ${back.state.id}: slow as a snail` },
    });
    expect(await sweep()).toEqual({});
    const { key } = await world.release("backend", "v8.6.0");
    expect(await sweep()).toEqual({});

    const now = new Date().toISOString();
    const standing = { by: "Rita Moreau", promotion: back.state.id };
    const environment = await readEnvironment(pool, people.vera, staging, now);
    expect(environment.automationHolds).toMatchObject([{ service: "backend", ...standing }]);
    const service = await loadService(pool, people.vera, { project: "demo", service: "backend" }, now);
    expect(service.places.map((place) => place.automationHold)).toMatchObject([standing, null]);
    const { stopped } = await readOverview(pool, people.vera, { now });
    expect(stopped.tasks).toContainEqual(expect.objectContaining({ kind: "automation", service: "backend" }));

    const resume = { ...backend, why: "it is fast again" };
    await expect(resumeAutomation(engine, people.vera, resume)).rejects.toThrow(Forbidden);
    expect(await resumeAutomation(engine, people.rita, resume)).toMatchObject({ kind: "resumed" });
    expect(await resumeAutomation(engine, people.rita, resume)).toMatchObject({ code: "automationNotHeld" });
    const asked = await sweep();
    expect(Object.keys(asked)).toEqual([key]);
    await succeed(asked[key]);
    await expectSoundRecord(world, back.state.id);
  });

  it("loses nothing with an event that nobody heard: the next look finds it", async () => {
    const { key } = await world.release("backend", "v8.7.0");
    const automation = new Automation(world.engine);
    automation.start();
    const id = await firstOf(key);
    await automation.stop();
    await succeed(id);
  });
});

async function firstOf(release: string): Promise<string> {
  for (;;) {
    const [row] = await world.pool.query<{ id: string }>(
      sql`select id from promotion where release = ${release} and environment = 'staging'`,
    );
    if (row) return row.id;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("matchUpstream", () => {
  it("asks for what succeeded before, which waits for its approval as a person's request would", async () => {
    const { engine, people } = world;
    const { key, digest } = await world.release("chat", "v8.0.0");
    expect(Object.keys(await sweep())).toEqual([key]);
    expect(await sweep()).toEqual({});
    await succeed(await firstOf(key));
    const { [key]: id = "" } = await sweep("production");
    const state = await world.until(id, () => true);
    expect(state).toMatchObject({ phase: "waiting", requestedBy: { name: "automation" } });
    const signed = await approve(engine, people.arjun, { promotion: id, planHash: state.planHash });
    expect(signed).toMatchObject({ kind: "told" });
    await succeed(id);
    const [row] = await world.pool.query(
      sql`select wanted_digest as digest from deployment where environment = 'production' and service = 'chat'`,
    );
    expect(row).toEqual({ digest });
    await expectSoundRecord(world, id);
  });

  it("does not follow with what was blocked there since", async () => {
    const { key, digest } = await world.release("chat", "v8.1.0");
    expect(Object.keys(await sweep())).toEqual([key]);
    await succeed(await firstOf(key));
    const place = { project: "demo", environment: "staging", service: "chat", digest, reason: "it leaks" };
    expect(await block(world.engine, world.people.ada, place)).toMatchObject({ kind: "blocked" });
    expect(await sweep("production")).toEqual({});
  });
});
