import { withBenchDatabase } from "@/bench/bench-database";
import type { Row } from "@/bench/row";
import { addWaitingPromotions } from "@/bench/waiting-promotions";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { composeEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { takeDueStep } from "@/lib/engine/lease";
import { runStep } from "@/lib/engine/run-step";
import { screenEvaluations } from "@/lib/engine/screen-evaluations";
import { takeDueEvaluations } from "@/lib/engine/take-due-evaluations";

const PROMOTIONS = 10_000;
const ONE_BY_ONE = 200;
const ROUNDS = 3;
const AIM_CPU_MS = 1_000;

/** Waiting promotions looked at together, against each of them evaluated in its project's transaction. */
export async function run(): Promise<Row[]> {
  return await withBenchDatabase(async (url) => {
    const pool = createPool(url, { size: 4, applicationName: "waybill bench" });
    try {
      await addWaitingPromotions(pool, PROMOTIONS);
      const { engine, queries } = counting(pool);
      const rounds: Cost[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        await makeDue(pool);
        const cost = await costOf(queries, () => lookAtAll(engine));
        if (round > 0) rounds.push(cost);
      }
      const together = rounds.sort((a, b) => a.cpuMs - b.cpuMs)[Math.floor(ROUNDS / 2)] as Cost;
      await makeDue(pool);
      const single = await costOf(queries, () => evaluateOneByOne(engine));
      const each = single.cpuMs / ONE_BY_ONE;
      return [
        {
          what: `gates: ${PROMOTIONS} waiting promotions with 8 gates each looked at, CPU of the process`,
          measured: `${Math.round(together.cpuMs)} ms CPU, ${Math.round(together.ms)} ms, ${together.queries} queries`,
          against: `${each.toFixed(2)} ms CPU and ${(single.queries / ONE_BY_ONE).toFixed(1)} queries for each one by one, of ${ONE_BY_ONE}`,
          ratio: together.cpuMs / PROMOTIONS / each,
          aim: `≤ ${AIM_CPU_MS} ms of CPU`,
          met: together.cpuMs <= AIM_CPU_MS,
        },
      ];
    } finally {
      await pool.close();
    }
  });
}

interface Cost {
  cpuMs: number;
  ms: number;
  queries: number;
}

/** The pool's own statements, counted; what a transaction sends is counted with it as one. */
function counting(pool: Pool): { engine: Engine; queries: () => number } {
  let sent = 0;
  const counted = new Proxy(pool, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (key === "query" || key === "execute" || key === "transaction") sent += 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { engine: { ...composeEngine(counted), log: () => undefined }, queries: () => sent };
}

async function costOf(queries: () => number, work: () => Promise<void>): Promise<Cost> {
  const [before, cpu, began] = [queries(), process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, ms: performance.now() - began, queries: queries() - before };
}

async function makeDue(pool: Pool): Promise<void> {
  await pool.execute(sql`update step set due_at = now(), lease_until = null where kind = 'evaluate'`);
}

async function lookAtAll(engine: Engine): Promise<void> {
  let looked = 0;
  for (let held = await takeDueEvaluations(engine); held.length > 0; held = await takeDueEvaluations(engine)) {
    const left = await screenEvaluations(engine, held);
    if (left.length > 0) throw new Error(`${left.length} promotions changed while they were measured`);
    looked += held.length;
  }
  if (looked !== PROMOTIONS) throw new Error(`${looked} of ${PROMOTIONS} were looked at`);
}

async function evaluateOneByOne(engine: Engine): Promise<void> {
  for (let done = 0; done < ONE_BY_ONE; done++) {
    const step = await takeDueStep(engine);
    if (!step) throw new Error("nothing is due");
    await runStep(engine, step);
  }
}
