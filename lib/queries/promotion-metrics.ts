import { type Queryable, sql } from "@/lib/db/sql";
import type { Unit } from "@/lib/pipeline/policy/bound";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import type { Outcome } from "@/lib/pipeline/verification/outcome";
import { instant } from "@/lib/queries/instant";
import type { PageEntry } from "@/lib/queries/promotion-orders";

/** One measurement as a chart shows it; what is not known is null. */
export interface MetricPoint {
  at: string;
  outcome: Outcome;
  value: number | null;
  baseline: number | null;
  max: number | null;
  min: number | null;
}

/** A metric of a promotion with what was measured, oldest first; by one check, or by one in each step of a canary. */
export interface MetricView {
  /** Of the newest check. */
  checkId: string;
  service: string;
  name: string;
  title: string;
  unit: Unit;
  query: string;
  baselineQuery: string | null;
  /** before: the time before the rollout; stable: the version beside a canary. Null where it has a limit of its own. */
  comparedWith: "before" | "stable" | null;
  /** So many measurements there are; a long row is shown by the worst of each span of time, and the newest. */
  measured: number;
  points: MetricPoint[];
  /** When the check came to stand otherwise, by the ledger. */
  decisions: { at: string; status: CheckState["status"] }[];
  dryRun: boolean;
}

/** All charts of a page together have about so many points. */
const pointsOfPage = 600;
const pointsMax = 150;
const pointsMin = 20;

interface Row extends Omit<MetricView, "decisions" | "dryRun" | "points"> {
  points: MetricPoint[] | null;
}

/** What was measured for the checks of a promotion; `entries` are its ledger entries, from which the decisions come. */
export async function loadPromotionMetrics(
  db: Queryable,
  promotion: string,
  entries: readonly PageEntry[],
): Promise<MetricView[]> {
  const rows = await db.query<Row>(
    sql`with metric as (
          select m.*, (select count(*)::int from measured_metric c where c.promotion = ${promotion}) as charts,
                 span.first, span.last, span.measured
            from measured_metric m
           cross join lateral (
                 select min(at) as first, max(at) as last, count(*)::int as measured from measurement r
                  where r.promotion = m.promotion and r.check_id = m.check_id) span
           where m.promotion = ${promotion})
        select check_id as "checkId", service, name, title, unit, query, baseline_query as "baselineQuery",
               compared_with as "comparedWith", measured,
               (select jsonb_agg(jsonb_build_object('at', ${instant(sql`p.at`)}, 'outcome', p.outcome, 'value', p.value,
                                   'baseline', p.baseline, 'max', p.max, 'min', p.min) order by p.at)
                  from (
                    (select distinct on (1)
                            width_bucket(extract(epoch from r.at)::float8, extract(epoch from metric.first)::float8,
                                         extract(epoch from metric.last)::float8 + 0.001,
                                         greatest(${pointsMin}, least(${pointsMax}, ${pointsOfPage} / charts))::int),
                            r.at, r.outcome, r.value, r.baseline, r.max, r.min
                       from measurement r where r.promotion = metric.promotion and r.check_id = metric.check_id
                      order by 1, (r.outcome = 'fail') desc,
                               case when r.max is null and r.min is not null then - r.value else r.value end desc nulls last)
                    union
                    select 0, r.at, r.outcome, r.value, r.baseline, r.max, r.min
                      from measurement r
                     where r.promotion = metric.promotion and r.check_id = metric.check_id and r.at = metric.last
                  ) p) as points
          from metric order by service, check_id`,
  );
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.service, row.title, row.comparedWith]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((group) => {
    const checks = group.toSorted((one, other) => firstOf(one).localeCompare(firstOf(other)));
    const newest = checks.at(-1);
    if (!newest) return [];
    return {
      ...newest,
      measured: checks.reduce((sum, one) => sum + one.measured, 0),
      points: onceEach(checks.flatMap((one) => one.points ?? [])),
      ...decisionsOn(new Set(checks.map((one) => one.checkId)), entries),
    };
  });
}

function firstOf({ points }: Row): string {
  return points?.[0]?.at ?? "";
}

/** The newest measurement may be the worst of its span too. */
function onceEach(points: MetricPoint[]): MetricPoint[] {
  return points.filter((point, index) => points[index - 1]?.at !== point.at);
}

/** Whatever entry says how checks stand: of a verification, or of a step of a rollout. */
function decisionsOn(ids: ReadonlySet<string>, entries: readonly PageEntry[]) {
  const decisions: MetricView["decisions"] = [];
  let dryRun = false;
  const stands = new Map<string, CheckState["status"]>();
  for (const { at, data } of entries) {
    const told: unknown = "checks" in data ? data.checks : undefined;
    // Rows of the ledger: what names the id of a check is one, as append.ts wrote it.
    const checks = Array.isArray(told) ? (told as CheckState[]).filter((one) => ids.has(one.id)) : [];
    for (const check of checks) {
      dryRun = check.dryRun ?? false;
      if (check.status === (stands.get(check.id) ?? "waiting")) continue;
      stands.set(check.id, check.status);
      decisions.push({ at, status: check.status });
    }
  }
  return { decisions, dryRun };
}
