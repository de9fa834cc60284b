import { afterAll, beforeAll, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import {
  keepMeasurements,
  keptOfCheck,
  type MeasuredMetric,
  type Measurement,
  pruneMeasurements,
  recentMeasurements,
} from "@/lib/engine/analysis/measurements";

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool?.close();
  await database?.close();
});

const metric: MeasuredMetric = {
  ...{ checkId: "backend:metric:0", service: "backend", name: "errors", title: "errors at most 5 %", unit: "share" },
  ...{ query: "q", baselineQuery: null, comparedWith: null },
};
const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const measured = (second: number): Measurement => ({
  ...{ checkId: metric.checkId, at: at(second), outcome: "pass", value: second, baseline: null, max: 0.05, min: null },
});
const keep = (promotion: string, ...all: Measurement[]) =>
  keepMeasurements(pool, { project: "demo", promotion }, [metric], all);

it("keeps the same measurement once, and gives back the newest, oldest first", async () => {
  await keep("demo-1", measured(1), measured(2));
  await keep("demo-1", measured(2), measured(3));
  await keep("demo-2", measured(9));
  const found = await recentMeasurements(pool, "demo-1", [metric.checkId, "backend:metric:1"], 2);
  expect([...found]).toEqual([[metric.checkId, [measured(2), measured(3)]]]);
});

it("removes what is too old and what is too much, and nothing else", async () => {
  const many = Array.from({ length: keptOfCheck + 5 }, (_, index) => measured(index));
  await keep("demo-3", ...many);
  await keep("demo-4", measured(1));
  await keep("demo-5", measured(1));
  const promotion = (id: string, number: number, endedAt: string) =>
    pool.execute(
      sql`insert into promotion (id, project, number, environment, release, version, services, kind, phase, state, plan_hash,
                 requested_by, requested_at, changed_at, ended_at, idempotency_key, request_hash)
          values (${id}, 'demo', ${number}, 'staging', 'r', 'v', '{}', 'promote', 'succeeded', '{}', 'h', '{}', now(), now(),
                  now() - ${endedAt}::interval, ${id}, 'h')`,
    );
  await promotion("demo-4", 4, "31 days");
  await promotion("demo-5", 5, "29 days");
  expect(await pruneMeasurements(pool)).toBe(6);
  const left = await pool.query<{ promotion: string; count: number; first: number }>(
    sql`select promotion, count(*)::int as count, min(value)::int as first from measurement group by promotion order by 1`,
  );
  expect(left).toEqual([
    { promotion: "demo-1", count: 3, first: 1 },
    { promotion: "demo-2", count: 1, first: 9 },
    { promotion: "demo-3", count: keptOfCheck, first: 5 },
    { promotion: "demo-5", count: 1, first: 1 },
  ]);
  expect(await pool.query(sql`select from measured_metric where promotion = 'demo-4'`)).toEqual([]);
});
