import type { Pool } from "@/lib/db/pool";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { announceChange } from "@/lib/ledger/announce-change";
import type { Occasion } from "@/lib/pipeline/notify/event-kind";

/** A notification that this process holds. Its outcome counts only while `leaseGeneration` is still the stored one. */
export interface DueNotification {
  id: string;
  project: string;
  /** The key of the channel. */
  channel: string;
  event: Occasion;
  /** The entry that it tells of; null for a test. */
  seq: number | null;
  promotion: string | null;
  attempts: number;
  leaseGeneration: number;
  createdAt: string;
}

/** How a notification ended, or that it is put off. */
export type NotificationOutcome =
  | { status: "delivered" | "dead" | "dropped"; said: string }
  | { status: "due"; said: string; pauseMs: number };

/** Takes one notification that is due and that nobody holds; two processes never get the same one. */
export async function takeDueNotification(engine: Engine): Promise<DueNotification | undefined> {
  const [taken] = await engine.pool.query<DueNotification>(
    sql`update notification set lease_owner = ${engine.owner}, lease_generation = lease_generation + 1,
               lease_until = now() + ${engine.leaseMs} * interval '1 millisecond', attempts = attempts + 1
         where id = (
               select id from notification
                where status = 'due' and due_at <= now() and (lease_until is null or lease_until <= now())
                order by due_at for update skip locked limit 1)
         returning id, project, channel, event, seq, promotion, attempts, lease_generation as "leaseGeneration",
                   created_at as "createdAt"`,
  );
  return taken;
}

/** Writes what became of it, if this process still holds it, and lets pages know. Answers whether it did. */
export async function settleNotification(
  engine: Engine,
  taken: DueNotification,
  outcome: NotificationOutcome,
): Promise<boolean> {
  const pauseMs = outcome.status === "due" ? outcome.pauseMs : null;
  const changed = await engine.pool.execute(
    sql`update notification set status = ${outcome.status}, said = ${outcome.said.slice(0, 500)}, lease_until = null,
               ended_at = case when ${pauseMs}::bigint is null then now() end,
               due_at = now() + coalesce(${pauseMs}::bigint, 0) * interval '1 millisecond'
         where ${held(engine, taken)}`,
  );
  tell(engine.pool, taken.project);
  return changed === 1;
}

function held(engine: Engine, taken: DueNotification): Sql {
  return sql`id = ${taken.id} and status = 'due' and lease_owner = ${engine.owner}
             and lease_generation = ${taken.leaseGeneration}`;
}

/** Lets pages read again: something became of a notification of the project. */
function tell(pool: Pool, project: string): void {
  announceChange(pool, { project, kind: "notification.changed" });
}

/** Gives back what this process holds, at shutdown; an attempt that was not made does not count. */
export function releaseNotifications(engine: Engine): Promise<number> {
  return engine.pool.execute(
    sql`update notification set lease_until = null, attempts = attempts - 1
         where status = 'due' and lease_owner = ${engine.owner} and lease_until > now()`,
  );
}

/** When the next one is due, in milliseconds from now; undefined where none is. */
export async function nextNotificationInMs(db: Queryable): Promise<number | undefined> {
  const [row] = await db.query<{ ms: number | null }>(
    sql`select extract(epoch from min(greatest(due_at, coalesce(lease_until, due_at))) - now())::float8 * 1000 as ms
          from notification where status = 'due'`,
  );
  return row?.ms === null || row === undefined ? undefined : Math.max(0, row.ms);
}
