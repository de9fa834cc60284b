import { allSent } from "@/lib/db/all-sent";
import { json, type Queryable, type Sql, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { loadPromotion, recordInput } from "@/lib/ledger/record-promotion";
import { InvariantViolation } from "@/lib/pipeline/errors";
import type { PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** Work that this process holds. Its outcome counts only while `leaseGeneration` is still the stored one. */
export interface LeasedStep {
  id: string;
  promotion: string;
  project: string;
  kind: string;
  payload: { service?: string; attempt?: number; tag?: string; step?: string };
  attempts: number;
  leaseGeneration: number;
}

/** Somebody else holds the step by now, or it is void: whatever this process found must change nothing. */
export class LeaseLost extends Error {
  constructor(step: LeasedStep) {
    super(`the lease of ${step.id} is lost`);
    this.name = "LeaseLost";
  }
}

/**
 * Takes one step that is due, and that nobody holds; of `promotion` alone where one is given. Two processes never get the
 * same one; a lease that ran out is taken over with a higher generation. Times are the database's clock.
 */
export async function takeDueStep(engine: Engine, promotion?: string): Promise<LeasedStep | undefined> {
  const only = promotion === undefined ? sql.empty : sql`and promotion = ${promotion}`;
  const [step] = await engine.pool.query<LeasedStep>(
    sql`update step set lease_owner = ${engine.owner}, lease_generation = lease_generation + 1,
               lease_until = now() + ${engine.leaseMs} * interval '1 millisecond'
         where id = (
               select id from step
                where status = 'due' and due_at <= now() and (lease_until is null or lease_until <= now()) ${only}
                order by due_at for update skip locked limit 1)
         returning id, promotion, project, kind, payload, attempts, lease_generation as "leaseGeneration"`,
  );
  return step;
}

function held(engine: Engine, step: LeasedStep): Sql {
  return sql`id = ${step.id} and status = 'due' and lease_owner = ${engine.owner} and lease_generation = ${step.leaseGeneration}`;
}

/** Proves, inside a transaction, that the lease still holds, and prolongs it. Throws LeaseLost. */
async function renew(engine: Engine, tx: Queryable, step: LeasedStep): Promise<void> {
  const changed = await tx.execute(
    sql`update step set lease_until = now() + ${engine.leaseMs} * interval '1 millisecond' where ${held(engine, step)}`,
  );
  if (changed !== 1) throw new LeaseLost(step);
}

type Say = (
  state: PromotionState,
  tx: LedgerTransaction,
  now: string,
) => Promise<PromotionInput | undefined> | PromotionInput | undefined;

/** Records an input while the step stays this process's: an intent, before the effect. Throws LeaseLost. */
export function recordIntent(engine: Engine, step: LeasedStep, say: Say): Promise<PromotionState | Rejection> {
  return record(engine, step, say, () => undefined);
}

/**
 * Ends the step and records what it found, in one transaction: the outcome counts once, or not at all. A rejection (the
 * promotion went on meanwhile) ends the step too. Throws LeaseLost.
 */
export function settle(engine: Engine, step: LeasedStep, say: Say): Promise<PromotionState | Rejection> {
  return record(engine, step, say, (tx) =>
    tx.execute(
      sql`update step set status = 'done', finished_at = now(), lease_until = null, trouble = null where ${held(engine, step)}`,
    ),
  );
}

function record(
  engine: Engine,
  step: LeasedStep,
  say: Say,
  finish: (tx: LedgerTransaction) => Promise<number> | undefined,
): Promise<PromotionState | Rejection> {
  return inLedgerTransaction(engine.pool, step.project, async (tx) => {
    const [, , state] = await allSent([
      renew(engine, tx, step),
      finish(tx),
      loadPromotion(tx, step.project, step.promotion),
    ]);
    if (!state) throw new InvariantViolation(`${step.id} belongs to no promotion`);
    const now = engine.now();
    const input = await say(state, tx, now);
    if (!input) return state;
    const recorded = await recordInput(tx, state, input, now);
    if (recorded.kind !== "rejection") return recorded.state;
    engine.log("info", "what a step found does not apply any more", { step: step.id, code: recorded.code });
    return recorded;
  });
}

/** Puts a step off after an outside system did not answer; what was said stands beside it, for pages and metrics. */
export async function putOff(engine: Engine, step: LeasedStep, delayMs: number, trouble: string): Promise<void> {
  const changed = await engine.pool.execute(
    sql`update step set due_at = now() + ${delayMs} * interval '1 millisecond', attempts = attempts + 1,
               trouble = ${trouble.slice(0, 500)}, lease_until = null
         where ${held(engine, step)}`,
  );
  if (changed !== 1) throw new LeaseLost(step);
}

/** Gives one step back as it is, so that whoever looks next may take it. */
export async function giveBack(engine: Engine, step: LeasedStep): Promise<void> {
  await engine.pool.execute(sql`update step set lease_until = null where ${held(engine, step)}`);
}

/**
 * Gives back what this process holds and will not do, so that nobody waits for the leases to run out: all of it at
 * shutdown, and all but what is `underWay` (ids of steps) after the database was away.
 */
export async function releaseLeases(engine: Engine, underWay: readonly string[] = []): Promise<number> {
  return engine.pool.execute(
    // Evaluations that are held together are due when their hold ends: see takeDueEvaluations.
    sql`update step set lease_until = null, due_at = case when due_at = lease_until then date_trunc('milliseconds', now()) else due_at end
         where status = 'due' and lease_owner = ${engine.owner} and not (id = any(${[...underWay]}::text[]))`,
  );
}

/** When the next step is due, in milliseconds from now; undefined where none is. Leased ones count when their lease ends. */
export async function nextDueInMs(db: Queryable): Promise<number | undefined> {
  const [row] = await db.query<{ ms: number | null }>(
    sql`select extract(epoch from min(greatest(due_at, coalesce(lease_until, due_at))) - now())::float8 * 1000 as ms
          from step where status = 'due'`,
  );
  return row?.ms === null || row === undefined ? undefined : Math.max(0, row.ms);
}

/** Makes the looks at a target that are waiting for their moment due at once: something there was seen to change. */
export async function wakeLooks(db: Queryable, project: string, promotion: string): Promise<void> {
  const kinds = json(["observe", "observeRevert", "rolloutStep"]);
  await db.execute(
    sql`update step set due_at = least(due_at, date_trunc('milliseconds', now()))
         where project = ${project} and promotion = ${promotion} and status = 'due' and ${kinds}::jsonb ? kind`,
  );
}
