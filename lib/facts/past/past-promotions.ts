import { allSent } from "@/lib/db/all-sent";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Outcome, PastPromotion } from "@/lib/pipeline/backtest/past-promotion";
import type { Slo } from "@/lib/pipeline/policy/slo";
import type { PromotionPhase } from "@/lib/pipeline/promotion/state";

export interface PastQuestion {
  project: string;
  environments: readonly string[];
  /** Asked for at this moment or later; ISO 8601, UTC. */
  since: string;
  /** Only those with a smaller number: where the batch before ended. */
  below: number | null;
  limit: number;
}

interface Row extends Omit<PastPromotion, "outcome" | "slos" | "ticks"> {
  ticks: PastPromotion["ticks"] | null;
  phase: PromotionPhase;
  cause: string | null;
}

export interface PastPage {
  promotions: PastPromotion[];
  /** How many were looked at, those among them that never started too. */
  looked: number;
  /** The number of the last one that was looked at; null where there is none. */
  below: number | null;
  /** There are older ones. */
  more: boolean;
}

/** What was refused or replaced never started. */
const neverStarted: readonly PromotionPhase[] = ["waiting", "queued", "rejected", "expired", "superseded"];

/**
 * The newest promotions, those that started, as they stood at that moment: four queries, however many they are. What was
 * said to them later is left out, but for what became of them. A page may hold fewer than `limit`: some were stopped first.
 */
export async function loadPastPromotions(db: Queryable, question: PastQuestion): Promise<PastPage> {
  const { project, environments, since, below, limit } = question;
  // First which, then all of them: what a row holds is read for no more rows than are wanted.
  const found = await db.query<{ id: string; number: number }>(
    sql`select id, number from promotion
         where project = ${project} and environment = any(${[...environments]}) and requested_at >= ${since}
           and (${below}::int is null or number < ${below}) and phase <> all(${[...neverStarted]})
         order by number desc limit ${limit + 1}`,
  );
  const page = found.slice(0, limit);
  const ids = page.map((one) => one.id);
  const told = { looked: page.length, below: page.at(-1)?.number ?? null, more: found.length > limit };
  if (ids.length === 0) return { promotions: [], ...told };
  const [rows, undone] = await allSent([loadStarted(db, project, ids), loadUndone(db, project, ids)]);
  const slosOf = await loadSlosThen(
    db,
    project,
    rows.map((row) => row.plan.policyVersion),
  );
  const promotions = rows.map(({ phase, cause, ...row }): PastPromotion => {
    const wasSaid = (one: { at: string; planHash: string }) => one.at <= row.startedAt && one.planHash === row.planHash;
    return {
      ...row,
      approvals: row.approvals.filter(wasSaid),
      ticks: (row.ticks ?? []).filter(wasSaid),
      slos: slosOf.get(row.plan.policyVersion) ?? [],
      outcome: outcomeOf(phase, cause, undone.has(row.id)),
    };
  });
  return { promotions, ...told };
}

function loadStarted(db: Queryable, project: string, ids: readonly string[]): Promise<Row[]> {
  return db.query<Row>(
    sql`select p.id, p.number, p.phase, p.state->'plan' as plan, p.plan_hash as "planHash", p.requested_by as "requestedBy",
               p.requested_at as "requestedAt", p.state->>'reason' as reason, e.at as "startedAt",
               e.data->'verdicts' as verdicts, p.state->'approvals' as approvals, p.state->'ticks' as ticks,
               p.state->'cause'->>'kind' as cause
          from promotion p join ledger_entry e on e.project = p.project and e.promotion = p.id
         where p.project = ${project} and p.id = any(${[...ids]}) and e.project = ${project}
           and e.promotion = any(${[...ids]}) and e.kind = 'promotion.started'
         order by p.number desc`,
  );
}

/** Those of them that a person has rolled back since. */
async function loadUndone(db: Queryable, project: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db.query<{ id: string }>(
    sql`select distinct caused_by as id from promotion
         where project = ${project} and kind = 'rollback' and caused_by = any(${[...ids]})
           and phase in ('rollingOut', 'verifying', 'succeeded')`,
  );
  return new Set(rows.map((one) => one.id));
}

/** The objectives of each of these versions of a project's file. */
async function loadSlosThen(db: Queryable, project: string, versions: number[]): Promise<Map<number, Slo[]>> {
  const rows = await db.query<{ version: number; slos: Slo[] | null }>(
    sql`select version, document->'slos' as slos from project_file
         where project = ${project} and version = any(${[...new Set(versions)]})`,
  );
  return new Map(rows.map(({ version, slos }) => [version, slos ?? []]));
}

function outcomeOf(phase: PromotionPhase, cause: string | null, undone: boolean): Outcome {
  if (phase === "succeeded") return undone ? "wentWrong" : "succeeded";
  if (phase === "rolledBack" || phase === "failed" || phase === "stuck" || phase === "rollingBack") {
    // A person who stops it says nothing about the release.
    return cause === "aborted" ? "other" : "wentWrong";
  }
  return "other";
}
