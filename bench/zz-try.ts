import { withBenchDatabase } from "@/bench/bench-database";
import { growFleet, growLedger } from "@/bench/fleet";
import { createPool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { readMatrix } from "@/lib/queries/matrix";
import { matrixInput } from "@/lib/queries/matrix-input";
import { matrixStatement } from "@/lib/queries/matrix-statement";
import { administrator } from "@/lib/queries/testing/matrix-fixture";
import pg from "pg";

await withBenchDatabase(async (url, owner) => {
  const pool = createPool(url, { size: 4 });
  const measure = async (what: string, over: object, n = 60) => {
    const input = matrixInput.parse(over);
    const times: number[] = [];
    let bytes = 0;
    for (let i = 0; i < n; i++) { const t = performance.now(); bytes = JSON.stringify(await readMatrix(pool, administrator, input)).length; times.push(performance.now() - t); }
    times.sort((a, b) => a - b);
    console.log(what, JSON.stringify(over), "p50", times[n >> 1]!.toFixed(2), "p95", times[Math.floor(n * 0.95)]!.toFixed(2), "bytes", bytes);
  };
  for (const [services, entries] of [[100, 1000], [1000, 1000], [10000, 1000], [10000, process.env.BIG ? 1_000_000 : 20000]] as const) {
    let t = performance.now();
    await growFleet(url, services, owner);
    await growLedger(url, entries, owner);
    console.log("filled", services, entries, Math.round(performance.now() - t), "ms");
    await measure(`${services}/${entries}`, { limit: 60 });
    await measure(`${services}/${entries}`, { limit: 60, offset: services - 60 });
    for (const show of ["drift", "unhealthy", "inFlight", "canMove", "stopped"]) await measure(`${services}/${entries}`, { show }, 8);
    await measure(`${services}/${entries}`, { text: "007" }, 20);
  }
  if (process.env.EXPLAIN) {
    const c = new pg.Client({ connectionString: url }); await c.connect();
    const s = matrixStatement(null, matrixInput.parse(JSON.parse(process.env.EXPLAIN)));
    const r = await c.query({ text: `explain (analyze, buffers) ${s.text}`, values: [...s.values] as unknown[] });
    console.log(r.rows.map((x) => x["QUERY PLAN"]).join("\n"));
    await c.end();
  }
  await pool.close();
});
