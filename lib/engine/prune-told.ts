import { type Queryable, type Sql, sql } from "@/lib/db/sql";

/** So many rows a statement, and so many statements a sweep: what is left waits for the next one. */
const rowsAtOnce = 5_000;
const statementsMax = 20;

/**
 * Removes notifications that ended longer ago than `days`, delivered or given up. One of a promotion that is still open
 * stays, so that it is not told again. Answers how many went.
 */
export function pruneNotifications(db: Queryable, days: number): Promise<number> {
  return inPieces(
    db,
    sql`delete from notification where id in (
          select n.id from notification n
           where n.status <> 'due' and n.ended_at < now() - make_interval(days => ${days})
             and not exists (select from promotion p where p.id = n.promotion and p.ended_at is null)
           limit ${rowsAtOnce})`,
  );
}

/**
 * Removes what outside systems said, and was asked for, longer ago than `days`: gates ask anew for what they need, and what is
 * that old counts for nothing. What a gate found stands in the ledger. Answers how many rows went.
 */
export async function pruneEvidence(db: Queryable, days: number): Promise<number> {
  const said = await inPieces(
    db,
    sql`delete from outside_evidence where ctid = any(array(
          select ctid from outside_evidence where observed_at < now() - make_interval(days => ${days}) limit ${rowsAtOnce}))`,
  );
  const wanted = await inPieces(
    db,
    sql`delete from evidence_wanted where ctid = any(array(
          select ctid from evidence_wanted where wanted_at < now() - make_interval(days => ${days}) limit ${rowsAtOnce}))`,
  );
  return said + wanted;
}

/** Removes reports of triggers from longer ago than `days`: what is sent again by then is too old to be about anything. */
export function pruneReports(db: Queryable, days: number): Promise<number> {
  return inPieces(
    db,
    sql`delete from trigger_report where ctid = any(array(
          select ctid from trigger_report where reported_at < now() - make_interval(days => ${days}) limit ${rowsAtOnce}))`,
  );
}

async function inPieces(db: Queryable, statement: Sql): Promise<number> {
  let gone = 0;
  for (let count = 0; count < statementsMax; count++) {
    const now = await db.execute(statement);
    gone += now;
    if (now < rowsAtOnce) break;
  }
  return gone;
}
