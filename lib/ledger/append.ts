import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { errorCode } from "@/lib/db/database-error";
import type { Pool, Transaction } from "@/lib/db/pool";
import { json, prepared, type Queryable, type Sql, sql } from "@/lib/db/sql";
import { announceChange, type Change } from "@/lib/ledger/announce-change";
import { entryHash, GENESIS_HASH } from "@/lib/ledger/hash-chain";
import type { LedgerEntry, LedgerHead } from "@/lib/ledger/ledger-entry";
import { queueNotifications } from "@/lib/ledger/queue-notifications";
import type { Entry } from "@/lib/pipeline/promotion/entry";

const ATTEMPTS_MAX = 5;
const DIVISION_BY_ZERO = "22012";

/** A transaction that holds the head of one project's chain: nobody else appends to it meanwhile. */
export interface LedgerTransaction extends Queryable {
  readonly project: string;
  /** The chain's end as this transaction sees it; it moves with `append`. */
  readonly head: LedgerHead;
  /**
   * Gives the entries their numbers and hashes and sends them, in one statement with the new head. It does not wait
   * for the answer: what comes after sees them, and if they are refused the transaction fails.
   */
  append(entries: readonly Entry[]): Promise<LedgerEntry[]>;
  /** The next promotion's number. It is given out again if the transaction rolls back. */
  takePromotionNumber(): number;
  /** Something to announce after the commit, beside the entries, which announce themselves. */
  announce(change: Change): void;
}

/**
 * Runs `work` in a transaction that locks the project's chain first, commits, then announces what changed. If `work`
 * throws, nothing of it stays and its error goes through. After a deadlock or serialization failure `work` runs again,
 * five times in all, so it must have no effect but through `tx`, and no call to another system: others wait for it.
 * Calls of one process for one project take turns before they take a connection. Throws if called inside `work`.
 */
export async function inLedgerTransaction<T>(
  pool: Pool,
  project: string,
  work: (tx: LedgerTransaction) => Promise<T>,
): Promise<T> {
  if (within.getStore() !== undefined) {
    throw new Error(`a ledger transaction of ${project} inside one of ${within.getStore()} would wait for itself`);
  }
  const { result, changes } = await inTurn(pool, project, () => withRetries(() => once(pool, project, work)));
  announceChange(pool, changes);
  return result;
}

const within = new AsyncLocalStorage<string>();

async function once<T>(
  pool: Pool,
  project: string,
  work: (tx: LedgerTransaction) => Promise<T>,
): Promise<{ result: T; changes: Change[] }> {
  const changes: Change[] = [];
  const result = await pool.transaction(async (transaction) => {
    const locked = await lockHead(transaction, project);
    const tx = new HeldChain(transaction, project, locked, changes);
    const value = await within.run(project, () => work(tx));
    tx.keepPromotionNumber();
    return value;
  });
  return { result, changes };
}

class HeldChain implements LedgerTransaction {
  private writtenPromotions: number;

  constructor(
    private readonly transaction: Transaction,
    readonly project: string,
    public head: LedgerHead,
    private readonly changes: Change[],
  ) {
    this.writtenPromotions = head.promotions;
  }

  query<Row extends object>(statement: Sql): Promise<Row[]> {
    return this.transaction.query<Row>(statement);
  }

  execute(statement: Sql): Promise<number> {
    return this.transaction.execute(statement);
  }

  async append(entries: readonly Entry[]): Promise<LedgerEntry[]> {
    if (entries.length === 0) return [];
    const chained = chain(this.project, this.head, entries);
    const next = endOf(chained, this.head);
    this.transaction.defer(write(this.transaction, this.project, this.head, chained, next));
    const told = queueNotifications(this.transaction, this.project, chained);
    if (told !== undefined) this.transaction.defer(told);
    this.head = next;
    this.writtenPromotions = next.promotions;
    for (const { kind, subject } of chained) {
      const { promotion, service, environment } = subject;
      this.announce({ project: this.project, kind, promotion, service, environment });
    }
    return chained;
  }

  takePromotionNumber(): number {
    this.head = { ...this.head, promotions: this.head.promotions + 1 };
    return this.head.promotions;
  }

  announce(change: Change): void {
    this.changes.push(change);
  }

  /** A number taken after the last append has not been written with it. */
  keepPromotionNumber(): void {
    const { promotions } = this.head;
    if (promotions === this.writtenPromotions) return;
    this.transaction.defer(
      this.execute(sql`update ledger_head set promotions = ${promotions} where project = ${this.project}`),
    );
  }
}

/**
 * Locks the end of a project's chain until the transaction ends, and answers it; begins the chain if it is new. Every
 * transaction that writes a project's state takes this lock before any other: so they cannot deadlock.
 */
export async function lockHead(tx: Queryable, project: string): Promise<LedgerHead> {
  const lock = prepared(
    "ledger_lock",
    sql`select seq, hash, promotions from ledger_head where project = ${project} for update`,
  );
  const [head] = await tx.query<LedgerHead>(lock);
  if (head !== undefined) return head;
  await tx.execute(
    sql`insert into ledger_head (project, seq, hash) values (${project}, 0, ${GENESIS_HASH}) on conflict do nothing`,
  );
  const [begun] = await tx.query<LedgerHead>(lock);
  if (begun === undefined) throw new Error(`the chain of ${project} could not be begun`);
  return begun;
}

/**
 * Writes entries behind `head`, which the transaction must have locked, and moves it. Throws, and so undoes the
 * transaction, if the stored head is not the one given.
 */
export async function appendEntries(
  tx: Queryable,
  project: string,
  head: LedgerHead,
  entries: readonly Entry[],
): Promise<{ entries: LedgerEntry[]; head: LedgerHead }> {
  if (entries.length === 0) return { entries: [], head };
  const chained = chain(project, head, entries);
  const next = endOf(chained, head);
  await write(tx, project, head, chained, next);
  return { entries: chained, head: next };
}

/** Where the head is another one, Postgres is made to divide by zero: a refusal that needs no look at an answer. */
async function write(
  tx: Queryable,
  project: string,
  head: LedgerHead,
  chained: readonly LedgerEntry[],
  next: LedgerHead,
): Promise<void> {
  const statement = prepared(
    "ledger_append",
    sql`with appended as (
        insert into ledger_entry
          (project, seq, at, kind, actor, promotion, service, environment, release, data, prev, hash)
        select ${project}, seq, at, kind, actor, promotion, service, environment, release, data, prev, hash
        from jsonb_to_recordset(${json(chained.map(toRow))}::jsonb) as entry
          (seq bigint, at timestamptz, kind text, actor jsonb, promotion text, service text, environment text,
           release text, data jsonb, prev text, hash text))
      update ledger_head set hash = ${next.hash}, promotions = ${next.promotions},
        seq = case when seq = ${head.seq} and hash = ${head.hash} then ${next.seq} else 1 / (seq - seq) end
      where project = ${project}`,
  );
  try {
    await tx.execute(statement);
  } catch (error) {
    if (errorCode(error) !== DIVISION_BY_ZERO) throw error;
    throw new Error(`the chain of ${project} does not end at ${head.seq}: its head was not locked`);
  }
}

function endOf(chained: readonly LedgerEntry[], head: LedgerHead): LedgerHead {
  const last = chained[chained.length - 1];
  return { seq: last?.seq ?? head.seq, hash: last?.hash ?? head.hash, promotions: head.promotions };
}

function chain(project: string, head: LedgerHead, entries: readonly Entry[]): LedgerEntry[] {
  let { seq, hash: prev } = head;
  return entries.map((entry) => {
    checkTime(entry);
    seq += 1;
    const { kind, at, actor, subject, data } = entry;
    const hash = entryHash({ v: 1, project, seq, at, kind, actor, subject, data, prev });
    const chained = { v: 1 as const, project, seq, at, kind, actor, subject, data, prev, hash } as LedgerEntry;
    prev = hash;
    return chained;
  });
}

/** The hash covers the text of `at`, and the column keeps milliseconds: only one form comes back as it went in. */
function checkTime(entry: Entry): void {
  const time = new Date(entry.at);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== entry.at || entry.at.length !== 24) {
    throw new RangeError(
      `the time of ${entry.kind} is "${entry.at}": expected UTC with milliseconds, 2026-11-21T09:30:00.000Z`,
    );
  }
}

function toRow({ seq, at, kind, actor, subject, data, prev, hash }: LedgerEntry) {
  return { seq, at, kind, actor, ...subject, data, prev, hash };
}

const turns = new WeakMap<Pool, Map<string, Promise<unknown>>>();

/** Those who wait for a chain must not hold all connections of the pool meanwhile. */
async function inTurn<T>(pool: Pool, project: string, work: () => Promise<T>): Promise<T> {
  const last = turns.get(pool) ?? new Map<string, Promise<unknown>>();
  turns.set(pool, last);
  const before = last.get(project) ?? Promise.resolve();
  const mine = before.then(work);
  const settled = mine.catch(() => undefined);
  last.set(project, settled);
  try {
    return await mine;
  } finally {
    if (last.get(project) === settled) last.delete(project);
  }
}

async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !mayPass(error)) throw error;
      await pause(Math.random() * 20 * attempt);
    }
  }
}

/** Serialization failure or deadlock: https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html */
function mayPass(error: unknown): boolean {
  const code = errorCode(error);
  return code === "40001" || code === "40P01";
}
