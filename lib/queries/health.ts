import { type Queryable, sql } from "@/lib/db/sql";

/** Due work that nobody took for so long means that nobody makes progress: eight sweeps of 15 s. */
export const LATE_AFTER_SECONDS = 120;

/** Beats older than this are of processes that are gone. */
const BEATS_KEPT_SECONDS = 3_600;

export interface ProcessHealth {
  id: string;
  role: string;
  /** Since it last said that it made progress. */
  beatAgeSeconds: number;
}

/** What the database tells about progress, or that it does not answer. Ages are by the database's clock. */
export type HealthFacts =
  | { database: "unreachable" }
  | {
      database: "reachable";
      /** False where the migrations were not applied, or not for this user. */
      migrated: boolean;
      dueSteps: number;
      /** How long the oldest due work has waited for somebody to take it; null where none is due. */
      oldestDueSeconds: number | null;
      processes: ProcessHealth[];
    };

export interface HealthAnswer {
  status: 200 | 503;
  body: {
    status: "ok" | "late" | "unknown" | "notReady";
    reason?: string;
    dueSteps?: number;
    oldestDueSeconds?: number | null;
    processes?: ProcessHealth[];
  };
}

/** Reads what health is judged by; never throws, and answers within `timeoutMs`. */
export async function readHealth(db: Queryable, timeoutMs = 2_000): Promise<HealthFacts> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthFacts>((resolve) => {
    timer = setTimeout(() => resolve({ database: "unreachable" }), timeoutMs);
  });
  const facts = readFacts(db).catch((): HealthFacts => ({ database: "unreachable" }));
  return await Promise.race([facts, late]).finally(() => clearTimeout(timer));
}

async function readFacts(db: Queryable): Promise<HealthFacts> {
  const [schema] = await db.query<{ migrated: boolean }>(sql`
    SELECT bool_and(coalesce(has_table_privilege(to_regclass(name), 'SELECT'), false)) AS migrated
      FROM unnest(ARRAY['step', 'process_beat', 'ledger_entry']) AS name`);
  if (schema?.migrated !== true) {
    return { database: "reachable", migrated: false, dueSteps: 0, oldestDueSeconds: null, processes: [] };
  }
  // Work under a lease is in somebody's hands; it is due again from the moment the lease ran out.
  const [due] = await db.query<{ count: number; seconds: number | null }>(sql`
    SELECT count(*) AS count,
           extract(epoch FROM max(now() - greatest(due_at, coalesce(lease_until, due_at))))::float8 AS seconds
      FROM step
     WHERE status = 'due' AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())`);
  const processes = await db.query<ProcessHealth>(sql`
    SELECT id, role, extract(epoch FROM now() - beat_at)::float8 AS "beatAgeSeconds"
      FROM process_beat
     WHERE beat_at > now() - ${BEATS_KEPT_SECONDS} * interval '1 second'
     ORDER BY beat_at DESC
     LIMIT 20`);
  return {
    database: "reachable",
    migrated: true,
    dueSteps: due?.count ?? 0,
    oldestDueSeconds: due?.seconds ?? null,
    processes,
  };
}

/**
 * Whether a process should go on living. What does the work (`worker`, and `all`, whose actions drive steps themselves)
 * is judged by the age of the oldest due work; a `web` alone only tells it, as starting it anew would move nothing. A
 * database that does not answer is unknown, and no reason to start a process anew.
 */
export function judgeLive(role: "all" | "web" | "worker", facts: HealthFacts): HealthAnswer {
  if (facts.database === "unreachable") {
    return { status: 200, body: { status: "unknown", reason: "the database does not answer" } };
  }
  const { dueSteps, oldestDueSeconds, processes } = facts;
  const told = { dueSteps, oldestDueSeconds, processes };
  if (oldestDueSeconds === null || oldestDueSeconds <= LATE_AFTER_SECONDS) {
    return { status: 200, body: { status: "ok", ...told } };
  }
  const reason = `the oldest due work has waited for ${Math.round(oldestDueSeconds)} s, more than ${LATE_AFTER_SECONDS} s`;
  return { status: role === "web" ? 200 : 503, body: { status: "late", reason, ...told } };
}

/** Whether a process can answer requests: the database is there and has the tables. */
export function judgeReady(facts: HealthFacts): HealthAnswer {
  if (facts.database === "unreachable") {
    return { status: 503, body: { status: "notReady", reason: "the database does not answer" } };
  }
  if (!facts.migrated) {
    return { status: 503, body: { status: "notReady", reason: "the database has not been migrated" } };
  }
  return { status: 200, body: { status: "ok" } };
}
