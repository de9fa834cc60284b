import { setTimeout as wait } from "node:timers/promises";
import { withBenchDatabase } from "@/bench/bench-database";
import { type CanariesWorld, createCanariesWorld, INTERVAL_MS, until } from "@/bench/canaries-world";
import { type MetricsServer, startMetricsServer } from "@/bench/metrics-server";
import { percentile } from "@/bench/percentile";
import type { Row } from "@/bench/row";
import { startTypeScript } from "@/bench/start-process";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { composeEngine } from "@/lib/engine/compose";

const CANARIES = 300;
const METRICS = 5;
const measuredMs = 3.5 * INTERVAL_MS;

/** Three hundred canaries at once on one worker: the pace of their intervals, and all of them turning bad at one moment. */
export async function canaryRows(): Promise<Row[]> {
  const server = await startMetricsServer();
  try {
    return await withBenchDatabase(async (url) => {
      const pool = createPool(url, { size: 12, applicationName: "waybill bench" });
      let world: CanariesWorld | undefined;
      try {
        world = await createCanariesWorld({ ...composeEngine(pool), log: () => undefined }, server, CANARIES);
        await world.begin();
        const worker = await startTypeScript("lib/worker/main.ts", "the worker is at work", {
          env: { WAYBILL_ROLE: "worker", WORKER_PORT: "0", LOG_LEVEL: "info", WAYBILL_DATABASE_URL: url },
        });
        try {
          await allLookedAt(pool);
          return [...(await steadyPace(pool, server)), await allTurnBad(pool, server)];
        } finally {
          await worker.stop();
        }
      } finally {
        await world?.stop();
        await pool.close();
      }
    });
  } finally {
    await server.close();
  }
}

function allLookedAt(pool: Pool): Promise<void> {
  return until("every canary is in its first share and was looked at", async () => {
    const [row] = await pool.query<{ many: number }>(sql`select count(distinct promotion) as many from measurement`);
    return row?.many === CANARIES;
  });
}

async function steadyPace(pool: Pool, server: MetricsServer): Promise<Row[]> {
  server.requests = 0;
  server.expressions = 0;
  const since = new Date().toISOString();
  const bare = await bareTimers(server);
  const { requests, expressions } = {
    requests: server.requests - bare.calls,
    expressions: server.expressions - bare.calls,
  };
  const gaps = await pool.query<{ ms: number | null; at: boolean }>(
    sql`select extract(epoch from at - lag(at) over (partition by promotion order by at))::float8 * 1000 as ms,
               at >= ${since} as at
          from measurement where check_id like '%:metric:0'`,
  );
  const measured = gaps.filter((one) => one.at);
  const late = measured.flatMap(({ ms }) => (ms === null ? [] : [Math.max(0, ms - INTERVAL_MS)]));
  const looks = measured.length;
  const p95 = Math.round(percentile(late, 0.95));
  return [
    {
      what: `lateness of the intervals, ${CANARIES} canaries of ${METRICS} metrics every ${INTERVAL_MS / 1000} s on one worker`,
      measured: `${Math.round(percentile(late, 0.5))} ms p50, ${p95} ms p95, of ${late.length}`,
      against: `${Math.round(percentile(bare.late, 0.95))} ms p95 of ${CANARIES} bare timers that send one question each`,
      ...{ figure: `${p95} ms at p95`, aim: "≤ 2 s at p95", met: late.length > CANARIES && p95 <= 2_000 },
    },
    {
      what: `calls of the source of metrics for one canary's look: ${METRICS} metrics, two of them beside the stable pods'`,
      measured: `${(requests / looks).toFixed(2)} calls with ${(expressions / looks).toFixed(2)} questions, ${((requests * 1000) / measuredMs).toFixed(1)} calls/s in all`,
      against: `${(expressions / looks).toFixed(2)} calls, one a question`,
      ratio: requests / expressions,
      aim: "≤ 0.3 ×",
      met: requests <= 0.3 * expressions,
    },
  ];
}

/** A bare program at the same time: a timer a canary, which asks one question and is late by what it is late. */
async function bareTimers(server: MetricsServer): Promise<{ late: number[]; calls: number }> {
  const end = performance.now() + measuredMs;
  const late: number[] = [];
  let calls = 0;
  const body = new URLSearchParams({ query: "vector(1)" });
  await Promise.all(
    Array.from({ length: CANARIES }, async (_, index) => {
      await wait((index * INTERVAL_MS) / CANARIES);
      while (performance.now() + INTERVAL_MS < end) {
        const began = performance.now();
        calls += 1;
        await (await fetch(server.url, { method: "POST", body })).text();
        await wait(INTERVAL_MS);
        late.push(Math.max(0, performance.now() - began - INTERVAL_MS));
      }
    }),
  );
  await wait(Math.max(0, end - performance.now()));
  return { late, calls };
}

/** The number of every metric is bad from one moment on: each canary's next look sends it back. */
async function allTurnBad(pool: Pool, server: MetricsServer): Promise<Row> {
  server.value = 0.5;
  const turned = new Date().toISOString();
  const accepted = () =>
    pool.query<{ ms: number }>(
      sql`select extract(epoch from at - ${turned}::timestamptz)::float8 * 1000 as ms
            from ledger_entry where kind = 'revert.accepted'`,
    );
  await until("every canary is told to go back", async () => (await accepted()).length === CANARIES);
  const took = (await accepted()).map(({ ms }) => ms);
  const longest = Math.max(...took);
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return {
    what: `${CANARIES} canaries turn bad at one moment to the cluster accepted the way back of each, looked at every ${INTERVAL_MS / 1000} s`,
    measured: `${seconds(percentile(took, 0.5))} p50, ${seconds(percentile(took, 0.95))} p95, ${seconds(longest)} at most`,
    against: `${seconds(INTERVAL_MS / 2)} and ${seconds(INTERVAL_MS)}: the wait for the next look alone`,
    figure: `${seconds(longest)} at most`,
    aim: "≤ an interval and 1 s",
    met: longest <= INTERVAL_MS + 1_000,
  };
}
