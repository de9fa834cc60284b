import { afterAll, beforeAll, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { pruneEvidence, pruneNotifications, pruneReports } from "@/lib/engine/prune-told";

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

const notified = (event: string, status: string, endedDaysAgo: number | null, promotion: string | null = null) =>
  pool.execute(
    sql`insert into notification (project, channel, event, status, promotion, ended_at)
        values ('demo', 'hook', ${event}, ${status}, ${promotion}, now() - make_interval(days => ${endedDaysAgo}))`,
  );

it("notifications that ended long ago go, and none that is due, young, or of a promotion that is open", async () => {
  await notified("old", "delivered", 91);
  await notified("given up", "dead", 91);
  await notified("dropped", "dropped", 91);
  await notified("young", "delivered", 89);
  await notified("due", "due", null);
  await notified("of an open one", "delivered", 400, "demo-1");
  await notified("of an ended one", "delivered", 400, "demo-2");
  for (const [id, number, ended] of [
    ["demo-1", 1, null],
    ["demo-2", 2, 5],
  ] as const) {
    await pool.execute(
      sql`insert into promotion (id, project, number, environment, release, version, services, kind, phase, state, plan_hash,
                                 requested_by, requested_at, changed_at, ended_at, idempotency_key, request_hash)
          values (${id}, 'demo', ${number}, 'staging', 'r', 'v', '{api}', 'promote', 'waiting', '{}', 'h', '{}', now(), now(),
                  now() - make_interval(days => ${ended}), ${id}, 'h')`,
    );
  }
  expect(await pruneNotifications(pool, 90)).toBe(4);
  const left = await pool.query<{ event: string }>(sql`select event from notification order by event`);
  expect(left.map((row) => row.event)).toEqual(["due", "of an open one", "young"]);
  expect(await pruneNotifications(pool, 90)).toBe(0);
});

it("what outside systems said goes by its age, however much it is, a bounded part at a time", async () => {
  await pool.execute(
    sql`insert into outside_evidence (project, kind, key, value, observed_at)
        select 'demo', 'errorBudget', n::text, '{}', now() - interval '31 days' from generate_series(1, 12000) n`,
  );
  await pool.execute(
    sql`insert into outside_evidence (project, kind, key, value, observed_at) values ('demo', 'scan', 'young', '{}', now())`,
  );
  await pool.execute(
    sql`insert into evidence_wanted (project, plan_hash, plan, wanted_at)
        values ('demo', 'old', '{}', now() - interval '31 days'), ('demo', 'young', '{}', now())`,
  );
  expect(await pruneEvidence(pool, 30)).toBe(12_001);
  expect(await pool.query(sql`select key from outside_evidence`)).toEqual([{ key: "young" }]);
  expect(await pool.query(sql`select plan_hash as hash from evidence_wanted`)).toEqual([{ hash: "young" }]);
});

it("what triggers reported goes by its age", async () => {
  await pool.execute(
    sql`insert into trigger_report (project, reporter, id, content_hash, told, reported_at)
        values ('demo', 't', 'old', 'h', '[]', now() - interval '31 days'), ('demo', 't', 'young', 'h', '[]', now())`,
  );
  expect(await pruneReports(pool, 30)).toBe(1);
  expect(await pool.query(sql`select id from trigger_report`)).toEqual([{ id: "young" }]);
});
