import { json, type Queryable, sql } from "@/lib/db/sql";
import type { Unit } from "@/lib/pipeline/policy/bound";
import type { Outcome } from "@/lib/pipeline/verification/outcome";

/** What a check measures, told once. */
export interface MeasuredMetric {
  checkId: string;
  service: string;
  name: string;
  title: string;
  unit: Unit;
  query: string;
  baselineQuery: string | null;
  comparedWith: "before" | "stable" | null;
}

/** One measurement; limits are those of the moment, null where there is none. */
export interface Measurement {
  checkId: string;
  at: string;
  outcome: Outcome;
  value: number | null;
  baseline: number | null;
  max: number | null;
  min: number | null;
}

/** Keeps measurements beside the ledger. The same one twice, by a step that is done again, is one. */
export async function keepMeasurements(
  db: Queryable,
  where: { project: string; promotion: string },
  metrics: readonly MeasuredMetric[],
  measured: readonly Measurement[],
): Promise<void> {
  if (measured.length === 0) return;
  await db.execute(
    sql`with told as (
          insert into measured_metric (promotion, check_id, project, service, name, title, unit, query, baseline_query, compared_with)
          select ${where.promotion}, m."checkId", ${where.project}, m.service, m.name, m.title, m.unit, m.query,
                 m."baselineQuery", m."comparedWith"
            from jsonb_to_recordset(${json(metrics)}::jsonb)
              as m ("checkId" text, service text, name text, title text, unit text, query text, "baselineQuery" text,
                    "comparedWith" text)
          on conflict (promotion, check_id) do nothing)
        insert into measurement (promotion, check_id, at, outcome, value, baseline, max, min)
        select ${where.promotion}, m."checkId", m.at, m.outcome, m.value, m.baseline, m.max, m.min
          from jsonb_to_recordset(${json(measured)}::jsonb)
            as m ("checkId" text, at timestamptz, outcome text, value float8, baseline float8, max float8, min float8)
        on conflict (promotion, check_id, at) do nothing`,
  );
}

/** The newest `limit` measurements of each of these checks, oldest first. */
export async function recentMeasurements(
  db: Queryable,
  promotion: string,
  checkIds: readonly string[],
  limit: number,
): Promise<Map<string, Measurement[]>> {
  const found = new Map<string, Measurement[]>();
  if (checkIds.length === 0) return found;
  const rows = await db.query<Measurement>(
    sql`select m.check_id as "checkId", to_char(m.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
               m.outcome, m.value, m.baseline, m.max, m.min
          from unnest(${[...checkIds]}::text[]) as c (id)
         cross join lateral (
               select * from measurement where promotion = ${promotion} and check_id = c.id order by at desc limit ${limit}) m
         order by m.at`,
  );
  for (const row of rows) found.set(row.checkId, [...(found.get(row.checkId) ?? []), row]);
  return found;
}

/** Of a promotion that ended so long ago, measurements go; the evidence in its ledger entries stays. */
export const keptAfterEndDays = 30;
/** So many of one check are kept; two days of a look every 30 s are fewer. */
export const keptOfCheck = 6_000;

/** Removes what is older, or more, than that. Answers how many measurements went. */
export async function pruneMeasurements(db: Queryable): Promise<number> {
  const ended = await db.execute(
    sql`delete from measurement m using promotion p
         where p.id = m.promotion and p.ended_at < now() - ${keptAfterEndDays} * interval '1 day'`,
  );
  await db.execute(
    sql`delete from measured_metric m using promotion p
         where p.id = m.promotion and p.ended_at < now() - ${keptAfterEndDays} * interval '1 day'`,
  );
  const many = await db.execute(
    sql`delete from measurement m using (
          select promotion, check_id, (array_agg(at order by at desc))[${keptOfCheck}] as oldest
            from measurement group by promotion, check_id having count(*) > ${keptOfCheck}) over_limit
         where m.promotion = over_limit.promotion and m.check_id = over_limit.check_id and m.at < over_limit.oldest`,
  );
  return ended + many;
}
