import pg from "pg";
import { withBenchDatabase } from "@/bench/bench-database";
import { percentile } from "@/bench/percentile";
import type { Row } from "@/bench/row";
import { createPool } from "@/lib/db/pool";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { GENESIS_HASH } from "@/lib/ledger/hash-chain";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { Digest } from "@/lib/pipeline/release/digest";

const PROJECTS = 10;
const ENTRIES_PER_TRANSACTION = 2;
const ROUNDS = 9;
const ROUND_MS = 1_000;

/** Entries a second appended to ten chains at once, against plain INSERT transactions of the same rows. */
export async function run(): Promise<Row[]> {
  return await withBenchDatabase(async (url) => {
    const rates = { ledger: [] as number[], raw: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++) {
      const ledger = await ledgerRate(url, `r${round}l`);
      const raw = await rawRate(url, `r${round}r`);
      if (round === 0) continue;
      rates.ledger.push(ledger);
      rates.raw.push(raw);
    }
    const [ledger, raw] = [percentile(rates.ledger, 0.5), percentile(rates.raw, 0.5)];
    const ratio = ledger / raw;
    return [
      {
        what: `ledger: entries a second over ${PROJECTS} projects, ${ENTRIES_PER_TRANSACTION} a transaction`,
        measured: `${Math.round(ledger)}/s`,
        against: `${Math.round(raw)}/s by BEGIN, INSERT, COMMIT of the same rows over pg`,
        ratio,
        aim: "≥ 0.5 ×",
        met: ratio >= 0.5,
      },
    ];
  });
}

async function ledgerRate(url: string, prefix: string): Promise<number> {
  const pool = createPool(url, { size: PROJECTS, applicationName: "waybill bench" });
  try {
    return await rate(async (project) => {
      await inLedgerTransaction(pool, `${prefix}-${project}`, (tx) => tx.append(entries(project)));
    });
  } finally {
    await pool.close();
  }
}

async function rawRate(url: string, prefix: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: PROJECTS, application_name: "waybill bench" });
  pool.on("error", () => undefined);
  const columns = 12;
  const tuples = Array.from(
    { length: ENTRIES_PER_TRANSACTION },
    (_, row) => `(${Array.from({ length: columns }, (_, column) => `$${row * columns + column + 1}`).join(", ")})`,
  );
  const text = `INSERT INTO ledger_entry (project, seq, at, kind, actor, promotion, service, environment, release, data,
    prev, hash) VALUES ${tuples.join(", ")}`;
  let seq = 0;
  try {
    return await rate(async (project) => {
      const values = entries(project).flatMap(({ at, kind, actor, subject, data }) => {
        seq += 1;
        const { promotion, service, environment, release } = subject;
        return [
          ...[`${prefix}-${project}`, seq, at, kind, JSON.stringify(actor), promotion, service, environment, release],
          ...[JSON.stringify(data), GENESIS_HASH, GENESIS_HASH],
        ];
      });
      const client = await pool.connect();
      await client.query("BEGIN");
      await client.query({ name: "insert", text, values });
      await client.query("COMMIT");
      client.release();
    });
  } finally {
    await pool.end();
  }
}

/** Entries a second while every project does `transact` again and again. */
async function rate(transact: (project: string) => Promise<void>): Promise<number> {
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
