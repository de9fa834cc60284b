import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { loadApprovals } from "@/lib/queries/approvals";
import { readMatrix } from "@/lib/queries/matrix";
import { matrixInput, matrixShows } from "@/lib/queries/matrix-input";
import { readMatrixSummary } from "@/lib/queries/matrix-summary";
import { readOverview } from "@/lib/queries/overview";
import { loadShell } from "@/lib/queries/shell";
import {
  administrator,
  announce,
  beat,
  blocks,
  digestOf,
  holds,
  layOut,
  minute,
  opens,
  personWith,
  runs,
  verified,
} from "@/lib/queries/testing/matrix-fixture";

const route = [{ name: "staging" }, { name: "production", requires: ["staging"] }];
const services = ["api", "chat", "mail", "search", "web"];
const approvalGate = { kind: "approval", count: 1, from: ["approvers"], expiresAfterMs: 1 };
const asked = {
  expiresAt: minute(5_000),
  approvals: [],
  plan: { gates: [approvalGate] },
  verdicts: [
    { gate: "approval", status: "wait", demand: "", summary: "", evidence: [{ name: "approvals", value: "0" }] },
  ],
};

let test: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  await beat(pool);
  for (const project of ["veza", "other"]) {
    await layOut(pool, project, route, services);
    for (const service of services) {
      await announce(pool, project, service, 1);
      for (const { name } of route) {
        await verified(pool, project, service, name, 1, 2);
        await runs(pool, project, service, name, 1);
      }
    }
  }
});
afterAll(async () => {
  await pool.close();
  await test.close();
});

/** A pool of its own has no kept answer. */
async function fresh<T>(work: (db: Pool) => Promise<T>): Promise<T> {
  const db = createPool(test.url);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

const read = (principal = administrator, projects?: string[]) =>
  fresh((db) => readOverview(db, principal, { projects, now: minute(100) }));

describe("the strip", () => {
  it("is empty where nothing needs anybody", async () => {
    const { waiting, inFlight, stopped } = await read();
    expect({ waiting, inFlight, stopped }).toEqual({
      waiting: { tasks: [], total: 0, checklists: 0, overrides: 0, others: 0 },
      inFlight: { tasks: [], total: 0 },
      stopped: { tasks: [], total: 0, counts: { stuck: 0, hold: 0, automation: 0, drift: 0, block: 0 } },
    });
  });

  it("says what waits for whom", async () => {
    const id = await opens(pool, { project: "veza", service: "chat", environment: "production" }, 2, "waiting", asked);
    const approver = { ...personWith(["veza", "approver"]), id: "x#a", groups: ["approvers"] };
    expect((await read(approver)).waiting).toEqual({
      tasks: [
        {
          ...{
            id,
            project: "veza",
            services: ["chat"],
            version: "v2",
            environment: "production",
            expiresAt: minute(5_000),
          },
          ...{ given: 0, needed: 1, toTick: 0 },
        },
      ],
      total: 1,
      checklists: 0,
      overrides: 0,
      others: 0,
    });
    expect((await read({ ...approver, groups: [] })).waiting).toMatchObject({ total: 0, overrides: 0, others: 1 });
    expect((await read({ ...approver, id: "https://idp.example#sam" })).waiting).toMatchObject({
      total: 0,
      overrides: 0,
      others: 1,
    });
    expect((await read(personWith(["other", "administrator"]))).waiting).toMatchObject({
      total: 0,
      overrides: 0,
      others: 0,
    });
  });

  it("says whose tick is waited for, where no yes is", async () => {
    const gates = [{ kind: "checklist", items: [{ text: "on-call told", otherThanRequester: true }] }];
    const open = { name: "on-call told", value: "open" };
    const wait = { gate: "checklist", status: "wait", demand: "", summary: "", evidence: [{ name: "ticked" }, open] };
    const state = { expiresAt: minute(5_000), approvals: [], plan: { gates }, verdicts: [wait] };
    const place = { project: "other", service: "mail", environment: "production" };
    const id = await opens(pool, place, 2, "waiting", state);
    const approver = { ...personWith(["other", "approver"]), id: "x#a" };
    const now = minute(15);
    expect((await read(approver)).waiting).toMatchObject({
      tasks: [{ id, toTick: 1, needed: 0 }],
      ...{ total: 1, checklists: 1, others: 0 },
    });
    const inbox = await loadApprovals(pool, approver, { projects: ["other"], now });
    expect(inbox.mine).toMatchObject([{ id, standing: "over", toTick: ["on-call told"] }]);
    expect((await loadShell(pool, approver, { inSight: ["other"], now })).counts.mine).toBe(1);
    for (const other of [{ ...approver, id: "https://idp.example#sam" }, personWith(["other", "viewer"])])
      expect((await read(other)).waiting).toMatchObject({ total: 0, checklists: 0, others: 0 });
    await pool.execute(sql`delete from rollout where promotion = ${id}`);
    await pool.execute(sql`delete from promotion where id = ${id}`);
  });

  it("shows what is under way with how far it is", async () => {
    const checks = [{ status: "good" }, { status: "holding" }];
    const place = { project: "veza", service: "api", environment: "staging" };
    const id = await opens(pool, place, 3, "verifying", { checks });
    expect((await read(personWith(["veza", "viewer"]))).inFlight).toEqual({
      tasks: [
        {
          ...{ id, project: "veza", phase: "verifying", services: ["api"], version: "v3", environment: "staging" },
          ...{ since: minute(13), done: 1, of: 2 },
        },
      ],
      total: 1,
    });
    expect((await read(personWith(["other", "viewer"]))).inFlight.total).toBe(0);
  });

  it("lists what is stopped, what needs a person most first, and counts all of it", async () => {
    await opens(pool, { project: "veza", service: "mail", environment: "staging" }, 4, "stuck");
    await holds(pool, "veza", "production", "drill");
    await pool.execute(sql`update deployment set drift_digest = ${digestOf(9)}, drift_since = ${minute(40)}
      where project = 'veza' and service = 'search' and environment = 'staging'`);
    await announce(pool, "veza", "web", 5);
    await blocks(pool, "veza", "web", "production", 5);
    const { stopped } = await read();
    expect(stopped).toMatchObject({ total: 4, counts: { stuck: 1, hold: 1, drift: 1, block: 1 } });
    expect(stopped.tasks.map((task) => task.kind)).toEqual(["stuck", "hold", "drift"]);
    expect(stopped.tasks[0]).toMatchObject({ project: "veza", services: ["mail"] });
    expect(stopped.tasks[1]).toEqual({
      ...{ kind: "hold", project: "veza", environment: "production", reason: "drill", by: "Olga", at: minute(1) },
    });
    await verified(pool, "veza", "web", "production", 6, 60);
    expect((await read()).stopped.counts.block).toBe(0);
    expect((await read(personWith(["other", "viewer"]))).stopped.total).toBe(0);
  });
});

describe("the counts", () => {
  it("are those of the matrix under each chip", async () => {
    for (const principal of [administrator, personWith(["veza", "viewer"]), personWith()]) {
      const { counts } = await fresh((db) => readMatrixSummary(db, principal));
      for (const show of matrixShows) {
        const { total } = await readMatrix(pool, principal, matrixInput.parse({ show }));
        expect([show, counts[show]]).toEqual([show, total]);
      }
    }
  });

  it("count as healthy only what is seen", async () => {
    const sums = async () =>
      (await fresh((db) => readMatrixSummary(db, administrator, ["other"]))).environments.map(
        ({ environment, running, healthy }) => [environment, running, healthy],
      );
    expect(await sums()).toEqual([
      ["staging", 5, 5],
      ["production", 5, 5],
    ]);
    await runs(pool, "other", "api", "staging", 1, { health: "failing", ready: 0 });
    await pool.execute(sql`update deployment set observed_at = null where project = 'other' and service = 'web'`);
    expect(await sums()).toEqual([
      ["staging", 5, 3],
      ["production", 5, 4],
    ]);
    await pool.execute(sql`update process_beat set beat_at = now() - interval '2 minutes'`);
    expect(await sums()).toEqual([
      ["staging", 5, 0],
      ["production", 5, 0],
    ]);
    await beat(pool);
  });

  it("are given again for a while, and only to whoever sees the same projects", async () => {
    await fresh(async (db) => {
      const first = await readMatrixSummary(db, personWith(["other", "viewer"]));
      expect(first.reusedForMs).toBeGreaterThan(0);
      expect(first.reusedForMs).toBeLessThanOrEqual(2_000);
      expect(await readMatrixSummary(db, personWith(["other", "releaseManager"]))).toBe(first);
      expect((await readMatrixSummary(db, personWith(["veza", "viewer"]))).environments[0]?.project).toBe("veza");
    });
  });
});
