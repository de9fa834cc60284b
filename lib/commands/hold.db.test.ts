import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hold, releaseHold } from "@/lib/commands/hold";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { Forbidden, NotFound } from "@/lib/pipeline/errors";
import { readEnvironment } from "@/lib/queries/environment";
import { listEnvironments } from "@/lib/queries/environments";
import { readMatrix } from "@/lib/queries/matrix";
import { matrixInput } from "@/lib/queries/matrix-input";
import { readOverview } from "@/lib/queries/overview";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

const now = () => new Date().toISOString();
const everything = { project: "demo", reason: "the fire alarm" };
const again = { project: "demo", why: "it was a drill" };

async function askFor(release: string) {
  const input = { project: "demo", environment: "staging", release, idempotencyKey: `ask:${release}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

describe("a hold of a whole project", () => {
  it("stops every environment of it, is shown wherever they are, and starts again by a person", async () => {
    const { engine, people, pool } = world;
    expect(await hold(engine, people.rita, everything)).toMatchObject({ kind: "held" });
    const { key } = await world.release("backend", "v6.0.0");
    const waiting = await askFor(key);
    expect(waiting).toMatchObject({ phase: "waiting" });
    const verdict = waiting.verdicts.find((one) => one.gate === "hold");
    expect(verdict).toMatchObject({ status: "wait", summary: "all of demo is held by Rita Moreau: the fire alarm" });
    await drive(engine, waiting.id, 30_000);
    expect(await world.until(waiting.id, () => true)).toMatchObject({ phase: "waiting" });

    const place = { project: "demo", environment: "production" };
    const standing = { reason: "the fire alarm", by: "Rita Moreau" };
    expect(await readEnvironment(pool, people.vera, place, now())).toMatchObject({ hold: null, projectHold: standing });
    const { projects, environments } = await listEnvironments(pool, people.vera, { now: now() });
    expect(projects).toMatchObject([{ project: "demo", hold: standing, may: { hold: false, release: false } }]);
    expect(environments.map((one) => one.hold)).toEqual([null, null]);
    const matrix = await readMatrix(pool, people.rita, matrixInput.parse({}));
    expect(matrix.projects[0]?.environments.map((one) => one.state)).toEqual(["held", "held"]);
    expect(matrix.rows.flatMap((row) => row.cells.map((cell) => cell.canPromote))).toEqual(Array(4).fill(undefined));
    expect((await readOverview(pool, people.vera, { now: now() })).stopped.tasks).toMatchObject([
      { kind: "hold", project: "demo", environment: null, ...standing },
    ]);

    expect(await releaseHold(engine, people.rita, again)).toMatchObject({ kind: "released" });
    await world.withWorker(async () => expect(await world.ended(waiting.id)).toMatchObject({ phase: "succeeded" }));
    await expectSoundRecord(world, waiting.id);
  });

  it("and one of an environment stand beside each other: lifting the one leaves the other", async () => {
    const { engine, people, pool } = world;
    const staging = { project: "demo", environment: "staging" };
    await hold(engine, people.rita, everything);
    await hold(engine, people.arjun, { ...staging, reason: "a broken disk" });
    const { rows } = await readMatrix(pool, people.rita, matrixInput.parse({}));
    expect(rows.map((row) => row.cells.map((cell) => cell.environment))).toEqual([
      ["staging", "production"],
      ["staging", "production"],
    ]);
    await releaseHold(engine, people.rita, again);
    const { key } = await world.release("backend", "v6.1.0");
    const waiting = await askFor(key);
    expect(waiting.verdicts.find((one) => one.gate === "hold")?.summary).toContain("a broken disk");
    await releaseHold(engine, people.rita, { ...staging, why: "mended" });
    await world.withWorker(async () => expect(await world.ended(waiting.id)).toMatchObject({ phase: "succeeded" }));
    await expectSoundRecord(world, waiting.id);
  });

  it("stands once, whoever presses twenty times at once, and is lifted once", async () => {
    const { engine, people, pool } = world;
    const twenty = Array.from({ length: 20 });
    const held = await Promise.all(twenty.map(() => hold(engine, people.rita, everything)));
    expect(held.filter((one) => one.kind === "held")).toHaveLength(1);
    expect(held.filter((one) => one.kind === "rejection" && one.code === "alreadyHeld")).toHaveLength(19);
    const lifted = await Promise.all(twenty.map(() => releaseHold(engine, people.rita, again)));
    expect(lifted.filter((one) => one.kind === "released")).toHaveLength(1);
    expect(await pool.query(sql`select id from hold where lifted_at is null`)).toEqual([]);
  });

  it("is nobody's who may hold but some of its environments, and of no project that is not there", async () => {
    const { engine, people, pool } = world;
    const grants = [{ project: "demo", role: "releaseManager" as const, environments: ["staging"] }];
    const narrow = { ...people.rita, administrator: false, grants };
    const before = await pool.query(sql`select seq from ledger_head`);
    await expect(hold(engine, narrow, everything)).rejects.toThrow(Forbidden);
    await expect(hold(engine, people.vera, everything)).rejects.toThrow(Forbidden);
    await expect(hold(engine, people.ada, { ...everything, project: "nowhere" })).rejects.toThrow(NotFound);
    await expect(hold(engine, people.ada, { ...everything, environment: "qa" })).rejects.toThrow(NotFound);
    const unchanged = await pool.query(sql`select seq from ledger_head where project = 'demo'`);
    expect(before).toEqual(expect.arrayContaining(unchanged));
  });
});
