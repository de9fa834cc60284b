import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { addAnalysedCanaries, analysedWorld } from "@/bench/analysed-canaries";
import { withBenchDatabase } from "@/bench/bench-database";
import { addMeasuredPromotions, METRICS, measuredWorld } from "@/bench/measured-promotions";
import { type MetricsServer, startMetricsServer } from "@/bench/metrics-server";
import { percentile } from "@/bench/percentile";
import type { Row } from "@/bench/row";
import { createPrometheus } from "@/lib/adapters/prometheus/prometheus";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { composeEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { takeDueStep } from "@/lib/engine/lease";
import { runStep } from "@/lib/engine/run-step";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import type { World } from "@/lib/ports/world";
import { WorkLoop } from "@/lib/worker/work-loop";

const ANALYSES = 300;
/** A verification's own pace; twice as often as a canary's usual 30 s. */
const INTERVAL_MS = 15_000;
const ROUNDS = 4;
const HOUR_CANARIES = 300;
const HOUR_INTERVALS = 120;
/** A canary's usual one. */
const CANARY_INTERVAL_MS = 30_000;
/** On a machine that is too slow for the hour it ends here, and says how far it came. */
const HOUR_TAKES_MS_MAX = 210_000;
const REVERTS = 8;
/** A tenth of the watch of 10 s. */
const REVERT_INTERVAL_MS = 1_000;

/** Analyses of metrics at a steady pace, an hour of them, and from a bad number to the cluster told to go back. */
export async function run(): Promise<Row[]> {
  // What it asks is on this machine.
  process.env.WAYBILL_OUTBOUND ??= "loopback";
  const server = await startMetricsServer();
  try {
    return [
      ...(await withBenchDatabase((url) => withEngine(url, server, measuredWorld, steadyPace))),
      await withBenchDatabase((url) => withEngine(url, server, analysedWorld, hourOfMemory)),
      await withBenchDatabase((url) => triggerToRevert(url, server)),
    ];
  } finally {
    await server.close();
  }
}

type Work<T> = (engine: Engine, server: MetricsServer, pool: Pool) => Promise<T>;

async function withEngine<T>(
  url: string,
  server: MetricsServer,
  world: (metrics: World["metrics"]) => World,
  work: Work<T>,
): Promise<T> {
  const pool = createPool(url, { size: 12, applicationName: "waybill bench" });
  const source = createPrometheus({ name: "bench", url: server.url });
  try {
    return await work(
      {
        ...composeEngine(
          pool,
          world(async () => source),
        ),
        log: () => undefined,
      },
      server,
      pool,
    );
  } finally {
    await pool.close();
  }
}

async function steadyPace(engine: Engine, server: MetricsServer, pool: Pool): Promise<Row[]> {
  await addMeasuredPromotions(engine, ANALYSES);
  server.requests = 0;
  server.expressions = 0;
  const loop = new WorkLoop(engine, { concurrency: 8, sweepMs: 15_000 });
  loop.start();
  await new Promise((resolve) => setTimeout(resolve, ROUNDS * INTERVAL_MS));
  await loop.stop(8_000);
  const gaps = await pool.query<{ ms: number }>(
    sql`select extract(epoch from at - lag(at) over (partition by promotion order by at))::float8 * 1000 as ms
          from measurement where check_id like '%:metric:0'`,
  );
  const late = gaps.flatMap(({ ms }) => (ms === null ? [] : [Math.max(0, ms - INTERVAL_MS)]));
  const looks = gaps.length;
  return [
    {
      what: `lateness of the intervals, ${ANALYSES} analyses of ${METRICS} metrics every ${INTERVAL_MS / 1000} s on one worker`,
      measured: `${Math.round(percentile(late, 0.5))} ms p50, ${Math.round(percentile(late, 0.95))} ms p95, of ${late.length}`,
      ...{ against: "—", figure: `${Math.round(percentile(late, 0.95))} ms at p95`, aim: "≤ 2 s at p95" },
      met: late.length > 0 && percentile(late, 0.95) <= 2_000,
    },
    {
      what: "calls of the source of metrics for a look at five metrics and the time before two of them",
      measured: `${(server.requests / looks).toFixed(2)} calls with ${(server.expressions / looks).toFixed(2)} questions`,
      ...{ against: "—", figure: `${(server.requests / looks).toFixed(2)} calls`, aim: "≤ 2 calls" },
      met: server.requests <= 2 * looks,
    },
  ];
}

/** The clock is moved on by an interval a round; the looks are real. */
async function hourOfMemory(engine: Engine, _: MetricsServer, pool: Pool): Promise<Row> {
  let skewMs = 0;
  const moved: Engine = { ...engine, now: () => new Date(Date.now() + skewMs).toISOString() };
  await addAnalysedCanaries(moved, HOUR_CANARIES);
  const began = performance.now();
  const heaps: number[] = [];
  let round = 0;
  for (; round < HOUR_INTERVALS && performance.now() - began < HOUR_TAKES_MS_MAX; round += 1) {
    await pool.execute(sql`update step set due_at = now() where status = 'due'`);
    await Promise.all(Array.from({ length: 8 }, () => drain(moved)));
    skewMs += CANARY_INTERVAL_MS;
    if (round === HOUR_INTERVALS / 6) heaps.push(await restingHeap(engine));
  }
  const late = await restingHeap(engine);
  const [early = Number.NaN] = heaps;
  const grown = (late - early) / 2 ** 20;
  const looks = HOUR_CANARIES * round;
  const minutes = (round * CANARY_INTERVAL_MS) / 60_000;
  const perSecond = Math.round((looks * 1000) / (performance.now() - began));
  return {
    what: `heap after ${minutes} minutes of simulated time, ${HOUR_CANARIES} canaries of ${METRICS} metrics, ${looks} looks`,
    measured: `${(late / 2 ** 20).toFixed(1)} MiB, at ${perSecond} looks/s`,
    against: `${(early / 2 ** 20).toFixed(1)} MiB after ten minutes of it`,
    ...{ figure: `${grown >= 0 ? "+" : ""}${grown.toFixed(1)} MiB`, aim: "≤ +5 MiB", met: grown <= 5 },
  };
}

async function drain(engine: Engine): Promise<void> {
  for (let step = await takeDueStep(engine); step; step = await takeDueStep(engine)) await runStep(engine, step);
}

/** The heap once the limits of calls that are over have run out too: at full pace there are thousands of them. */
async function restingHeap({ callMs }: Engine): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, callMs + 1_000));
  return heapAfterCollection();
}

function heapAfterCollection(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

async function triggerToRevert(url: string, server: MetricsServer): Promise<Row> {
  const metrics = "metrics: [{ name: errors, connection: metrics, query: q, max: 90% }]";
  const staging = `{ watch: 10s, ${metrics}, rollBackWhen: [{ metric: errors, above: 5% }] }`;
  const database = { url, close: async () => undefined };
  const world = await createDemoWorld({ database, metricsUrl: server.url, verification: { staging } });
  const took: number[] = [];
  try {
    for (let count = 1; count <= REVERTS; count += 1) took.push(await oneRevert(world, server, `v9.${count}.0`));
  } finally {
    await world.close();
  }
  const longest = Math.max(...took);
  const aimMs = REVERT_INTERVAL_MS + 1_000;
  return {
    what: `a metric turns bad to the cluster accepted the way back, looked at every ${REVERT_INTERVAL_MS / 1000} s`,
    measured: `${Math.round(percentile(took, 0.5))} ms p50, ${Math.round(longest)} ms at most, of ${took.length}`,
    ...{ against: "—", figure: `${Math.round(longest)} ms at most`, aim: "≤ an interval and 1 s" },
    met: longest <= aimMs,
  };
}

async function oneRevert(world: DemoWorld, server: MetricsServer, version: string): Promise<number> {
  server.value = 0;
  const { key } = await world.release("backend", version);
  const asked = await requestPromotion(world.engine, world.people.rita, {
    ...{ project: "demo", environment: "staging", release: key, idempotencyKey: `bench-${version}` },
  });
  if (asked.kind === "rejection") throw new Error(asked.message);
  const { id } = asked.state;
  await world.until(
    id,
    (state) => state.phase === "verifying" && state.checks.every((check) => check.status === "good"),
  );
  // At another place of the interval each time.
  await new Promise((resolve) => setTimeout(resolve, (Number(version.split(".")[1]) * 137) % REVERT_INTERVAL_MS));
  server.value = 0.5;
  const turned = Date.now();
  await world.ended(id);
  const entries = await loadPromotionEntries(world.pool, "demo", id);
  const accepted = entries.find((entry) => entry.kind === "revert.accepted");
  if (!accepted) throw new Error(`${id} did not go back`);
  return Date.parse(accepted.at) - turned;
}
