import pg from "pg";
import { withBenchDatabase } from "@/bench/bench-database";
import { percentile } from "@/bench/percentile";
import type { Row } from "@/bench/row";
import { createPool, type Pool } from "@/lib/db/pool";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { GENESIS_HASH } from "@/lib/ledger/hash-chain";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { Digest } from "@/lib/pipeline/release/digest";

const PROJECTS = 10;
const ENTRIES_PER_TRANSACTION = 2;
const ROUNDS = 15;
const ROUND_MS = 600;

type Transact = (project: string) => Promise<void>;

/** Entries a second appended to ten chains at once, against plain INSERT transactions of the same rows. */
export async function run(): Promise<Row[]> {
  return await withBenchDatabase(async (url) => {
    const pool = createPool(url, { size: PROJECTS, applicationName: "waybill bench" });
    const raw = rawPool(url);
    const rawPipelined = rawPool(url, true);
    try {
      const ways = {
        ledger: (project: string) => appendTo(pool, project),
        raw: rawInsert(raw, "raw", false),
        pipelined: rawInsert(rawPipelined, "pipelined", true),
      };
      return [toRow(await inTurns(ways))];
    } finally {
      await Promise.all([pool.close(), raw.end(), rawPipelined.end()]);
    }
  });
}

function toRow(rates: Record<"ledger" | "raw" | "pipelined", number[]>): Row {
  const { ledger, raw, pipelined } = rates;
  // Of each round by itself: what else the machine does changes from one to the next, and little within one.
  const shareOf = (others: number[]) =>
    percentile(
      ledger.map((rate, round) => rate / (others[round] ?? Number.NaN)),
      0.5,
    );
  const [ratio, strict] = [shareOf(raw), shareOf(pipelined)];
  const rate = (rates: number[]) => `${Math.round(percentile(rates, 0.5))}/s`;
  return {
    what: `ledger: entries a second over ${PROJECTS} projects, ${ENTRIES_PER_TRANSACTION} a transaction`,
    measured: rate(ledger),
    against:
      `${rate(raw)} by BEGIN, INSERT, COMMIT of the same rows over pg; ` +
      `${rate(pipelined)} where pg sends the three at once (${strict.toFixed(2)} ×)`,
    ratio,
    aim: "≥ 0.5 ×",
    met: ratio >= 0.5,
  };
}

/** Every way once a round, in turn forwards and backwards, after one round to warm up; entries a second, by round. */
async function inTurns<Name extends string>(ways: Record<Name, Transact>): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[];
  const rates = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const measured = await rate(ways[name]);
      if (round > 0) rates[name].push(measured);
    }
  }
  return rates;
}

async function appendTo(pool: Pool, project: string): Promise<void> {
  await inLedgerTransaction(pool, `ledger-${project}`, (tx) => tx.append(entries(project)));
}

function rawPool(url: string, pipeline = false): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: PROJECTS, application_name: "waybill bench", pipeline });
  pool.on("error", () => undefined);
  return pool;
}

/** BEGIN, INSERT, COMMIT: each sent when the one before is answered, as most programs do, or all three at once. */
function rawInsert(pool: pg.Pool, prefix: string, atOnce: boolean): Transact {
  const columns = 12;
  const tuples = Array.from(
    { length: ENTRIES_PER_TRANSACTION },
    (_, row) => `(${Array.from({ length: columns }, (_, column) => `$${row * columns + column + 1}`).join(", ")})`,
  );
  const text = `INSERT INTO ledger_entry (project, seq, at, kind, actor, promotion, service, environment, release, data,
    prev, hash) VALUES ${tuples.join(", ")}`;
  let seq = 0;
  return async (project) => {
    const values = entries(project).flatMap(({ at, kind, actor, subject, data }) => {
      seq += 1;
      const { promotion, service, environment, release } = subject;
      return [
        ...[`${prefix}-${project}`, seq, at, kind, JSON.stringify(actor), promotion, service, environment, release],
        ...[JSON.stringify(data), GENESIS_HASH, GENESIS_HASH],
      ];
    });
    const client = await pool.connect();
    const statements = ["BEGIN", { name: "insert", text, values }, "COMMIT"];
    if (atOnce) await Promise.all(statements.map((statement) => client.query(statement)));
    else for (const statement of statements) await client.query(statement);
    client.release();
  };
}

/** Entries a second while every project does `transact` again and again. */
async function rate(transact: Transact): Promise<number> {
  let transactions = 0;
  const began = performance.now();
  const until = began + ROUND_MS;
  await Promise.all(
    Array.from({ length: PROJECTS }, async (_, index) => {
      while (performance.now() < until) {
        await transact(`p${index}`);
        transactions += 1;
      }
    }),
  );
  return (transactions * ENTRIES_PER_TRANSACTION * 1000) / (performance.now() - began);
}

function entries(project: string): Entry[] {
  const digest = `sha256:${"a".repeat(64)}` as Digest;
  return Array.from({ length: ENTRIES_PER_TRANSACTION }, () => ({
    kind: "rollout.requested" as const,
    at: new Date().toISOString(),
    actor: { kind: "person" as const, id: "https://id.example|42", name: "Ada" },
    subject: { promotion: `${project}-1`, service: "api", environment: "staging", release: "api@v1.4.0" },
    data: {
      service: "api",
      digest,
      planHash: "b".repeat(64),
      attempt: 1,
      generation: 4,
      deadlineAt: "2026-11-21T10:00:00.000Z",
    },
  }));
}
