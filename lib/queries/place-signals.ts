import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import { errorBudgetKind, sloQueries } from "@/lib/facts/evidence/error-budgets";
import { loadOutside } from "@/lib/facts/evidence/outside";
import { readBudget } from "@/lib/pipeline/gates/error-budget";
import type { ErrorBudget } from "@/lib/pipeline/gates/gate";
import type { Unit } from "@/lib/pipeline/policy/bound";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";
import { judgeSignal, type SignalReading, type SignalStanding } from "@/lib/pipeline/signal/reading";
import { type ServiceSignal, signalsOf } from "@/lib/pipeline/signal/signals-of";
import { healthNow, healthReasonNow, joinTrouble } from "@/lib/queries/cell-sql";

/** One number about a service in an environment. Times are ISO 8601, UTC. */
export interface SignalView {
  name: string;
  unit: Unit;
  standing: SignalStanding;
  /** In the unit's own measure: a share is 0 to 1, a time seconds. Null while it is unknown. */
  value: number | null;
  /** When it was read; null where there is no number. */
  at: string | null;
  /** Why it is unknown, and since when. */
  why: string | null;
  since: string | null;
  warn: number | null;
  bad: number | null;
  /** What is asked, of which connection; null where the project's file names no query. */
  query: string | null;
  connection: string | null;
}

/** What is left of the error budget of one service level objective, as the gate errorBudget reads it. */
export interface BudgetView {
  slo: string;
  targetPercent: number;
  windowMs: number;
  /** 1 is unspent, 0 spent, below overspent; null where it is not known. */
  remaining: number | null;
  burnRate: number | null;
  why: string | null;
  at: string | null;
}

/** The signals of one service in one environment. */
export interface PlaceSignals {
  service: string;
  environment: string;
  signals: SignalView[];
  /** Of the pods that are there; null where they cannot be seen, with the reason. */
  restarts: number | null;
  ready: number;
  desired: number;
  unseen: string | null;
  budgets: BudgetView[];
}

export interface PlaceRow {
  service: string;
  environment: string;
  namespace: string;
  health: string;
  healthReason: string | null;
  observedAt: string | null;
  ready: number;
  desired: number;
  restarts: number | null;
  readings: Record<string, SignalReading> | null;
}

/** How often the pods of `d` that are there were restarted; null where nothing was seen. */
export const restartsOf = sql`(select sum((pod ->> 'restarts')::int)::int from jsonb_array_elements(
  case jsonb_typeof(d.observation -> 'pods') when 'array' then d.observation -> 'pods' else '[]' end) pod)`;

/** Deployments with what is known of their signals; aliases d, e, r and c. `more` are further columns. */
export function placesFrom(rest: Sql, more = sql.empty): Sql {
  return sql`select d.service, d.environment, d.target ->> 'namespace' as namespace, ${healthNow} as health,
                    ${healthReasonNow} as "healthReason", d.observed_at as "observedAt", d.ready, d.desired,
                    ${restartsOf} as restarts, r.readings ${more}
               from deployment d
               join environment e on e.project = d.project and e.name = d.environment
               left join signal_reading r
                 on r.project = d.project and r.service = d.service and r.environment = d.environment
               ${joinTrouble} ${rest}`;
}

/** What every service is thought to have: shown as unknown where nobody named a query. */
const expected = [
  { name: "rate", unit: "number" },
  { name: "errors", unit: "share" },
  { name: "p95", unit: "seconds" },
  { name: "saturation", unit: "share" },
] as const;

/** The signals of these places, by one query more for their budgets. */
export async function signalsIn(
  db: Queryable,
  document: ProjectDocument,
  rows: readonly PlaceRow[],
  now: string,
): Promise<PlaceSignals[]> {
  const budgets = await budgetsIn(db, document, rows, now);
  return rows.map((row): PlaceSignals => {
    const { service, environment, ready, desired } = row;
    const unseen =
      row.observedAt === null || row.health === "unknown" ? (row.healthReason ?? "nothing was seen there yet") : null;
    return {
      ...{ service, environment, ready, desired, unseen },
      signals: viewsOf(document, row, now),
      restarts: unseen === null ? (row.restarts ?? 0) : null,
      budgets: budgets(row),
    };
  });
}

function viewsOf(document: ProjectDocument, { service, readings }: PlaceRow, now: string): SignalView[] {
  const policy = document.services.find((one) => one.name === service);
  const asked = policy ? signalsOf(document, policy) : [];
  const everyMs = document.signals?.everyMs ?? 0;
  const named = asked.map((query) => viewOf(query, readings?.[query.name], everyMs, now));
  const all = expected.map(({ name, unit }) => named.find((one) => one.name === name) ?? unnamed(name, unit));
  const order = ["rate", "errors", "p50", "p95", "p99", "saturation"];
  const rank = ({ name }: SignalView) => (order.includes(name) ? order.indexOf(name) : order.length);
  const rest = named.filter((one) => !all.includes(one));
  return [...all, ...rest].sort((a, b) => rank(a) - rank(b));
}

function viewOf(
  { name, unit, warn, bad, query, connection }: ServiceSignal,
  reading: SignalReading | undefined,
  everyMs: number,
  now: string,
): SignalView {
  const { standing, value, why, since } = judgeSignal(reading, { warn, bad } as ServiceSignal, everyMs, now);
  return {
    ...{ name, unit, standing, query, connection },
    ...{ value: value ?? null, at: reading?.at ?? null, why: why ?? null, since: since ?? null },
    ...{ warn: warn ?? null, bad: bad ?? null },
  };
}

function unnamed(name: string, unit: Unit): SignalView {
  const nothing = { value: null, at: null, since: null, warn: null, bad: null, query: null, connection: null };
  return { name, unit, standing: "unknown", why: "no query named", ...nothing };
}

async function budgetsIn(
  db: Queryable,
  { name: project, slos = [] }: ProjectDocument,
  rows: readonly PlaceRow[],
  now: string,
): Promise<(row: PlaceRow) => BudgetView[]> {
  const asked = new Map(
    rows.map((row) => {
      const { service, environment, namespace } = row;
      return [row, slos.map((slo) => sloQueries(slo, { project, service, environment, namespace }))];
    }),
  );
  const keys = [...asked.values()].flat().map(({ key }) => key);
  const facts = keys.length === 0 ? new Map() : await loadOutside(db, errorBudgetKind, [project], keys);
  return (row) =>
    (asked.get(row) ?? []).map(({ key, slo, service }): BudgetView => {
      const { name, targetPercent, windowMs } = slo;
      const fact = facts.get(`${project} ${key}`) as ErrorBudget["fact"];
      const reading = readBudget({ slo: name, service, targetPercent, fact }, now);
      const at = fact?.observedAt ?? null;
      const what = { slo: name, targetPercent, windowMs, at };
      return typeof reading === "string"
        ? { ...what, remaining: null, burnRate: null, why: reading }
        : { ...what, remaining: reading.remaining, burnRate: reading.burnRate ?? null, why: null };
    });
}
