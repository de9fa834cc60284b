import pg from "pg";
import { databaseUrl } from "@/lib/db/client";
import { checkDatabaseUrl } from "@/lib/db/connect";
import { gatheringSocket } from "@/lib/db/gathering-socket";
import type { Queryable, Sql } from "@/lib/db/sql";

export interface PoolOptions {
  /** Connections at most; 10 unless told. */
  size?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
}

export interface TransactionOptions {
  /** One snapshot for all its statements, and no writes. */
  snapshot?: boolean;
}

/** Statements of one transaction, in the order in which they were sent. */
export interface Transaction extends Queryable {
  /**
   * Takes over the wait for a statement that was sent: the commit follows it at once, and if it fails, so does the
   * transaction, with its error. Only for what Postgres itself refuses; a look at its answer would come too late.
   */
  defer(sent: Promise<unknown>): void;
}

/** Connections for hand-written SQL: the paths where Prisma costs too much, see docs/decisions/0002-ledger.md. */
export interface Pool extends Queryable {
  /** Commits if `work` resolves; rolls back and rethrows if it throws. Read committed unless told otherwise. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/**
 * A pool of its own over `url`; it connects at first use, the caller closes it. Rows: timestamptz as ISO 8601 text in
 * UTC with milliseconds, int8 as number (throws beyond 2^53), json parsed. No statement runs longer than 30 s.
 */
export function createPool(url: string, options: PoolOptions = {}): Pool {
  checkDatabaseUrl(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: options.size ?? 10,
    application_name: options.applicationName ?? "waybill",
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    lock_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    // Statements are sent as they come, answers awaited after: a transaction need not wait for its BEGIN.
    pipeline: true,
    stream: gatheringSocket,
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  });
  // An idle connection that drops is replaced at the next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  // So would one that drops between two statements of a transaction: the next statement, or the commit, says so.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return {
    ...queryable(pool),
    transaction: (work, transactionOptions) => inTransaction(pool, work, transactionOptions),
    close: () => pool.end(),
  };
}

function queryable(client: pg.Pool | pg.PoolClient, isOpen = () => true): Queryable {
  const run = async (statement: Sql) => {
    // The connection may be in other hands by now.
    if (!isOpen()) throw new Error("the transaction has ended: a statement was not awaited in it");
    return await client.query({ text: statement.text, values: [...statement.values], name: statement.name });
  };
  return {
    // The caller names its row's type; the SQL beside it is what it must agree with.
    query: async <Row extends object>(statement: Sql) => (await run(statement)).rows as Row[],
    execute: async (statement) => (await run(statement)).rowCount ?? 0,
  };
}

async function inTransaction<T>(
  pool: pg.Pool,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const client = await pool.connect();
  const deferred: Promise<unknown>[] = [];
  let open = true;
  let broken = false;
  try {
    const begun = client.query(options.snapshot === true ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
    const defer = (sent: Promise<unknown>) => void deferred.push(handled(sent));
    defer(begun);
    const result = await work({ ...queryable(client, () => open), defer });
    open = false;
    const committed = handled(client.query("COMMIT"));
    await Promise.all(deferred);
    // Postgres answers the COMMIT of a transaction that already failed with ROLLBACK, and no error.
    if ((await committed).command !== "COMMIT") {
      throw new Error("the transaction was rolled back: one of its statements had failed");
    }
    return result;
  } catch (error) {
    open = false;
    await client.query("ROLLBACK").catch(() => {
      broken = true;
    });
    throw (await firstFailure(deferred)) ?? error;
  } finally {
    client.release(broken);
  }
}

/** The same promise; what awaits it later hears of a failure, until then it is not unhandled. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** What failed first: statements behind it only say that the transaction is aborted. */
async function firstFailure(promises: readonly Promise<unknown>[]): Promise<unknown> {
  const outcomes = await Promise.allSettled(promises);
  return outcomes.find((outcome) => outcome.status === "rejected")?.reason;
}

function typeParser(oid: number, format?: "text" | "binary"): (text: string) => unknown {
  if (oid === INT8) return parseInt8;
  if (oid === TIMESTAMPTZ) return parseTimestamp;
  return format === "binary" ? pg.types.getTypeParser(oid, "binary") : pg.types.getTypeParser(oid, "text");
}

function parseInt8(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} does not fit a number`);
  return number;
}

const parseDefaultTimestamp: (text: string) => unknown = pg.types.getTypeParser(TIMESTAMPTZ, "text");

function parseTimestamp(text: string): unknown {
  const value = parseDefaultTimestamp(text);
  return value instanceof Date ? value.toISOString() : value;
}

/** True if `error` is Postgres refusing a row because of the named constraint or unique index. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.code?.startsWith("23") === true && error.constraint === constraint;
}

// Next's dev server evaluates modules anew on every change; a pool each time would exhaust the server.
const globalWithPool = globalThis as typeof globalThis & { waybillPool?: Pool };

/** This process's one pool, made at first use. */
export function getPool(): Pool {
  globalWithPool.waybillPool ??= createPool(databaseUrl());
  return globalWithPool.waybillPool;
}
