import { afterAll, beforeAll, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { loadPromotionMetrics } from "@/lib/queries/promotion-metrics";
import type { PageEntry } from "@/lib/queries/promotion-orders";

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  for (const id of ["demo-1", "demo-2"]) {
    await pool.execute(
      sql`insert into measured_metric (promotion, check_id, project, service, name, title, unit, query)
          values (${id}, 'backend:metric:0', 'demo', 'backend', 'errors', 'errors at most 5 %', 'share', 'q')`,
    );
  }
  // Two days of a look every 30 s, of which one was outside of the limit and the last one is not known.
  await pool.execute(
    sql`insert into measurement (promotion, check_id, at, outcome, value, max)
        select 'demo-1', 'backend:metric:0', '2026-03-01T00:00:00Z'::timestamptz + n * interval '30 seconds',
               case n when 2000 then 'fail' when 5760 then 'inconclusive' else 'pass' end,
               case n when 2000 then 0.4 when 5760 then null else 0.01 + (n % 7) / 1000.0 end, 0.05
          from generate_series(1, 5760) n`,
  );
});
afterAll(async () => {
  await pool?.close();
  await database?.close();
});

const check = (status: CheckState["status"]): CheckState => ({
  ...{ id: "backend:metric:0", kind: "metric", service: "backend", title: "errors", status, since: "", failures: 0 },
  found: "",
});
const entry = (at: string, status: CheckState["status"]) =>
  ({ kind: "verification.checked", at, data: { checks: [check(status)] } }) as unknown as PageEntry;

it("shows a long row by a few hundred points that were measured, the worst and the newest among them", async () => {
  const [metric] = await loadPromotionMetrics(pool, "demo-1", []);
  expect(metric?.measured).toBe(5760);
  expect(metric?.points.length).toBeGreaterThan(100);
  expect(metric?.points.length).toBeLessThanOrEqual(151);
  expect(metric?.points.filter((point) => point.outcome === "fail")).toMatchObject([{ value: 0.4, max: 0.05 }]);
  expect(metric?.points.at(-1)).toMatchObject({ outcome: "inconclusive", value: null });
  const moments = metric?.points.map((point) => point.at) ?? [];
  expect(moments).toEqual([...new Set(moments)].sort());
});

it("has the moments at which the check came to stand otherwise, and no points where none were measured", async () => {
  const at = (minute: number) => `2026-03-01T00:0${minute}:00.000Z`;
  const entries = [entry(at(0), "waiting"), entry(at(1), "holding"), entry(at(2), "holding"), entry(at(3), "failed")];
  const [metric] = await loadPromotionMetrics(pool, "demo-2", entries);
  expect(metric).toMatchObject({
    ...{ measured: 0, points: [], dryRun: false },
    decisions: [
      { at: at(1), status: "holding" },
      { at: at(3), status: "failed" },
    ],
  });
  expect(await loadPromotionMetrics(pool, "demo-9", [])).toEqual([]);
});

it("draws the same metric of several steps as one, with what each step decided", async () => {
  for (const step of [0, 1]) {
    await pool.execute(
      sql`insert into measured_metric (promotion, check_id, project, service, name, title, unit, query, baseline_query, compared_with)
          values ('demo-3', ${`backend:analyse:${1 - step}:metric:0`}, 'demo', 'backend', 'errors', 'errors', 'share', 'q', 'b', 'stable')`,
    );
    await pool.execute(
      sql`insert into measurement (promotion, check_id, at, outcome, value)
          select 'demo-3', ${`backend:analyse:${1 - step}:metric:0`},
                 '2026-03-01T00:00:00Z'::timestamptz + (${step} * 10 + n) * interval '1 minute', 'pass', ${step}
            from generate_series(1, 3) n`,
    );
  }
  const at = "2026-03-01T00:13:00.000Z";
  const checks = [{ ...check("failed"), id: "backend:analyse:0:metric:0" }];
  const entries = [{ kind: "rollout.stepFailed", at, data: { checks } }] as unknown as PageEntry[];
  const metrics = await loadPromotionMetrics(pool, "demo-3", entries);
  expect(metrics).toMatchObject([{ measured: 6, comparedWith: "stable", decisions: [{ at, status: "failed" }] }]);
  expect(metrics[0]?.points.map((point) => point.value)).toEqual([0, 0, 0, 1, 1, 1]);
});
