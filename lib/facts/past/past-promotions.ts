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
  undone: boolean;
}

/**
 * The newest promotions that started, as they stood at that moment: two queries, however many they are. What was said to
 * them later is left out, but for what became of them.
 */
export async function loadPastPromotions(db: Queryable, question: PastQuestion): Promise<PastPromotion[]> {
  const { project, environments, since, below, limit } = question;
  const rows = await db.query<Row>(
    sql`select p.id, p.number, p.phase, p.state->'plan' as plan, p.plan_hash as "planHash", p.requested_by as "requestedBy",
               p.requested_at as "requestedAt", p.state->>'reason' as reason, e.at as "startedAt",
               e.data->'verdicts' as verdicts, p.state->'approvals' as approvals, p.state->'ticks' as ticks,
               p.state->'cause'->>'kind' as cause,
               u.id is not null as undone
          from promotion p
          join lateral (select at, data from ledger_entry
                         where project = p.project and promotion = p.id and kind = 'promotion.started'
                         order by seq desc limit 1) e on true
          left join (select distinct caused_by as id from promotion
                      where project = ${project} and kind = 'rollback'
                        and phase in ('rollingOut', 'verifying', 'succeeded')) u on u.id = p.id
         where p.project = ${project} and p.environment = any(${[...environments]}) and p.requested_at >= ${since}
           and (${below}::int is null or p.number < ${below})
         order by p.number desc limit ${limit}`,
  );
  const slosOf = await loadSlosThen(
    db,
    project,
    rows.map((row) => row.plan.policyVersion),
  );
  return rows.map(({ phase, cause, undone, ...row }) => ({
    ...row,
    approvals: row.approvals.filter((one) => one.at <= row.startedAt && one.planHash === row.planHash),
    ticks: (row.ticks ?? []).filter((one) => one.at <= row.startedAt && one.planHash === row.planHash),
    slos: slosOf.get(row.plan.policyVersion) ?? [],
    outcome: outcomeOf(phase, cause, undone),
  }));
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
