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

/** A metric of a promotion with what was measured, oldest first. */
export interface MetricView {
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
  return rows.map(({ points, ...metric }) => ({
    ...metric,
    points: onceEach(points ?? []),
    ...decisionsOn(metric.checkId, entries),
  }));
}

/** The newest measurement may be the worst of its span too. */
function onceEach(points: MetricPoint[]): MetricPoint[] {
  return points.filter((point, index) => points[index - 1]?.at !== point.at);
}

function decisionsOn(checkId: string, entries: readonly PageEntry[]): Pick<MetricView, "decisions" | "dryRun"> {
  const decisions: MetricView["decisions"] = [];
  let dryRun = false;
  for (const entry of entries) {
    if (entry.kind !== "verification.started" && entry.kind !== "verification.checked") continue;
    const check = entry.data.checks.find((one) => one.id === checkId);
    if (!check) continue;
    dryRun = check.dryRun ?? false;
    if (check.status === (decisions.at(-1)?.status ?? "waiting")) continue;
    decisions.push({ at: entry.at, status: check.status });
  }
  return { decisions, dryRun };
}
