import { databaseUrl } from "@/lib/db/client";
import { type Listener, listen } from "@/lib/db/listen";
import { createPool } from "@/lib/db/pool";
import { composeEngine } from "@/lib/engine/compose";
import { collectWanted } from "@/lib/engine/fresh-evidence";
import { Observer } from "@/lib/engine/observe";
import { parseChanges } from "@/lib/ledger/announce-change";
import { Automation } from "@/lib/worker/automation";
import { Beat } from "@/lib/worker/beat";
import { ChainChecks } from "@/lib/worker/chain-checks";
import { notifications, reverifications } from "@/lib/worker/due-work";
import { serveHealth } from "@/lib/worker/health-server";
import { workerMetrics } from "@/lib/worker/metrics";
import { Pruning } from "@/lib/worker/pruning";
import { Signals } from "@/lib/worker/signals";
import { WorkLoop } from "@/lib/worker/work-loop";

const sweepMs = 15_000;
const stopGraceMs = 8_000;

/** Changes after which other targets may have to be watched. */
const layoutChanges = new Set(["project.applied", "connection.applied"]);

/** Changes after which an environment's policy may ask for a release. */
const mayBeWanted = new Set([
  "release.announced",
  "promotion.succeeded",
  "project.applied",
  "automation.resumed",
  "digest.unpinned",
  "digest.unblocked",
  "drift.adopted",
  "drift.cleared",
  "several",
]);

async function main(): Promise<void> {
  const url = databaseUrl();
  const pool = createPool(url, { size: 12, applicationName: "waybill-worker" });
  const engine = composeEngine(pool);
  const loop = new WorkLoop(engine, { concurrency: 8, sweepMs });
  // Apart from the steps: a chat that does not answer holds up no promotion.
  const notices = new WorkLoop(engine, { concurrency: 4, sweepMs }, notifications);
  const looks = new WorkLoop(engine, { concurrency: 2, sweepMs }, reverifications);
  const stop = new AbortController();
  const observer = new Observer(engine, stop.signal);
  const automation = new Automation(engine);
  const complain = (message: string) => (error: unknown) => engine.log("error", message, { message: String(error) });
  const refresh = () => observer.refresh().catch(complain("what is to be observed is not known"));
  const collect = () => collectWanted(engine).catch(complain("what somebody looks at cannot be asked for"));

  const listener: Listener = await listen({
    url,
    channel: "waybill_change",
    onNotify: (payload) => {
      loop.wake();
      notices.wake();
      looks.wake();
      const kinds = parseChanges(payload).map((change) => change.kind);
      if (kinds.some((kind) => mayBeWanted.has(kind))) automation.wake();
      if (kinds.some((kind) => layoutChanges.has(kind))) void refresh();
      if (kinds.some((kind) => kind === "evidence.wanted" || kind === "several")) void collect();
    },
    // What was announced while the connection was away is found by looking.
    onReconnect: () => {
      loop.databaseIsBack();
      notices.wake();
      looks.wake();
      automation.wake();
      void refresh();
    },
    onError: (error) => engine.log("warn", "the announcements cannot be heard; trying on", { message: String(error) }),
  });
  const beat = new Beat(engine, "worker", () => ({ steps: loop.stepsDone, errors: loop.stepsFailed }));
  const server = await serveHealth({
    pool,
    loop,
    metrics: workerMetrics(pool, loop),
    port: Number(process.env.WORKER_PORT ?? 0),
  });
  const checks = new ChainChecks(engine);
  const pruning = new Pruning(engine);
  const signals = new Signals(engine);
  for (const one of [loop, notices, looks, beat, checks, pruning, automation, signals]) one.start();
  void refresh();
  void collect();
  const sweep = setInterval(() => {
    void refresh();
    void collect();
  }, sweepMs);
  engine.log("info", "the worker is at work", { health: `http://127.0.0.1:${server.port}/api/health/live` });

  let stopping = false;
  const end = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    clearInterval(sweep);
    stop.abort();
    const loops = [loop, notices, looks];
    await Promise.all([...loops.map((one) => one.stop(stopGraceMs)), automation.stop(), signals.stop()]);
    await Promise.allSettled([
      beat.stop(),
      checks.stop(),
      pruning.stop(),
      observer.close(),
      listener.close(),
      server.close(),
    ]);
    await pool.close();
    process.exit(0);
  };
  process.on("SIGTERM", () => void end());
  process.on("SIGINT", () => void end());
}

await main();
