import { createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createEmptyTestDatabase, createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { judgeLive, judgeReady, LATE_AFTER_SECONDS, readHealth } from "@/lib/queries/health";

/** Long enough that a loaded machine is not taken for a database that does not answer. */
const patient = 60_000;

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool.close();
  await database.close();
});
afterEach(() => pool.execute(sql`DELETE FROM step`));

async function storeStep(step: {
  id: string;
  dueSeconds: number;
  leaseSeconds?: number;
  status?: string;
}): Promise<void> {
  const { id, dueSeconds, leaseSeconds = null, status = "due" } = step;
  await pool.execute(sql`
    INSERT INTO step (id, promotion, project, kind, payload, status, due_at, lease_until)
    VALUES (${id}, 'veza-1', 'veza', 'evaluate', '{}', ${status}, now() + ${dueSeconds}::float8 * interval '1 second',
            now() + ${leaseSeconds}::float8 * interval '1 second')`);
}

describe("progress", () => {
  test("is the age of the oldest due work that nobody holds", async () => {
    expect(await readHealth(pool, patient)).toMatchObject({ migrated: true, dueSteps: 0, oldestDueSeconds: null });
    await storeStep({ id: "later", dueSeconds: 60 });
    await storeStep({ id: "done", dueSeconds: -900, status: "done" });
    await storeStep({ id: "held", dueSeconds: -900, leaseSeconds: 30 });
    expect(await readHealth(pool, patient)).toMatchObject({ dueSteps: 0, oldestDueSeconds: null });
    await storeStep({ id: "dropped", dueSeconds: -900, leaseSeconds: -40 });
    await storeStep({ id: "fresh", dueSeconds: -1 });
    const facts = await readHealth(pool, patient);
    if (facts.database === "unreachable") throw new Error("the database did not answer");
    expect(facts.dueSteps).toBe(2);
    expect(facts.oldestDueSeconds).toBeGreaterThanOrEqual(40);
    expect(facts.oldestDueSeconds).toBeLessThan(60);
    expect(judgeLive("worker", facts).status).toBe(200);
  });

  test("that stopped is late: the one that works is dead, a web alone tells it", async () => {
    await storeStep({ id: "old", dueSeconds: -LATE_AFTER_SECONDS - 5 });
    const facts = await readHealth(pool, patient);
    for (const role of ["worker", "all"] as const) {
      expect(judgeLive(role, facts)).toMatchObject({ status: 503, body: { status: "late", dueSteps: 1 } });
    }
    expect(judgeLive("web", facts)).toMatchObject({ status: 200, body: { status: "late" } });
    expect(judgeReady(facts).status).toBe(200);
  });

  test("shows the processes that still beat", async () => {
    await pool.execute(sql`
      INSERT INTO process_beat (id, role, started_at, beat_at, detail)
      VALUES ('w1', 'worker', now(), now() - interval '3 seconds', '{}'), ('w0', 'worker', now(), now() - interval '2 hours', '{}')`);
    const { body } = judgeLive("worker", await readHealth(pool, patient));
    expect(body.processes?.map(({ id, role }) => ({ id, role }))).toEqual([{ id: "w1", role: "worker" }]);
    expect(body.processes?.[0]?.beatAgeSeconds).toBeGreaterThanOrEqual(3);
  });
});

describe("a database", () => {
  test("without tables is not ready", async () => {
    const empty = await createEmptyTestDatabase();
    const bare = createPool(empty.url);
    try {
      const facts = await readHealth(bare, patient);
      expect(judgeReady(facts)).toMatchObject({ status: 503, body: { reason: "the database has not been migrated" } });
    } finally {
      await bare.close();
      await empty.close();
    }
  });

  test("that is gone, and one that does not answer, are unknown: not ready, no reason to start anew", async () => {
    const sockets = new Set<Socket>();
    const silent: Server = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const stuck = createPool(`postgresql://nobody@127.0.0.1:${address.port}/none`);
    const gone = createPool("postgresql://nobody@127.0.0.1:1/none");
    try {
      for (const broken of [stuck, gone]) {
        const facts = await readHealth(broken, 100);
        expect(facts).toEqual({ database: "unreachable" });
        expect(judgeLive("worker", facts)).toMatchObject({ status: 200, body: { status: "unknown" } });
        expect(judgeReady(facts).status).toBe(503);
      }
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
      await stuck.close();
      await gone.close();
    }
  });
});
