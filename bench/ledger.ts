import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { withUser } from "@/lib/db/database-error";
import { startPostgres } from "@/lib/db/embedded/postgres";
import { ensureDatabase } from "@/lib/db/embedded/waybill-database";
import { createPool } from "@/lib/db/pool";
import { prepareDatabase } from "@/lib/db/prepare";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { GENESIS_HASH } from "@/lib/ledger/hash-chain";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { Digest } from "@/lib/pipeline/release/digest";

export interface Row {
  /** What was measured. */
  what: string;
  measured: string;
  /** What it was compared with, in the same run. */
  against: string;
  ratio: number;
  aim: string;
  met: boolean;
}

const PROJECTS = 10;
const ENTRIES_PER_TRANSACTION = 2;
const ROUNDS = 9;
const ROUND_MS = 1_000;

/** Entries a second appended to ten chains at once, against plain INSERT transactions of the same rows. */
export async function run(): Promise<Row[]> {
  return await withDatabase(async (url) => {
    const rates = { ledger: [] as number[], raw: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++) {
      const ledger = await ledgerRate(url, `r${round}l`);
      const raw = await rawRate(url, `r${round}r`);
      if (round === 0) continue;
      rates.ledger.push(ledger);
      rates.raw.push(raw);
    }
    const [ledger, raw] = [median(rates.ledger), median(rates.raw)];
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

/** WAYBILL_BENCH_DATABASE_URL (an application role's, migrated), or a throw-away Postgres with its default durability. */
async function withDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const given = process.env.WAYBILL_BENCH_DATABASE_URL;
  if (given !== undefined && given !== "") return await work(given);
  const folder = await mkdtemp(path.join(tmpdir(), "waybill-bench-"));
  await chmod(folder, 0o755);
  await mkdir(path.join(folder, "data"));
  const server = await startPostgres({
    dataFolder: path.join(folder, "data"),
    logFile: path.join(folder, "postgres.log"),
    password: randomBytes(24).toString("base64url"),
  });
  try {
    const ownerUrl = await ensureDatabase(server.superuserUrl, "waybill_bench");
    const appPassword = randomBytes(24).toString("base64url");
    const prepared = await prepareDatabase({ ownerUrl, adminUrl: server.superuserUrl, appPassword });
    return await work(prepared.separateRole ? prepared.url : withUser(ownerUrl, "waybill_app", appPassword));
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
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

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
