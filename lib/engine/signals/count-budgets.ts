import { json, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { askTogether, type QueryAnswer } from "@/lib/engine/signals/ask-together";
import { type BudgetQueries, errorBudgetKind, sloQueries } from "@/lib/facts/evidence/error-budgets";
import type { EventCounts } from "@/lib/pipeline/gates/gate";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";

/** The error budgets of all services of a project, wherever they have a target. */
export function budgetsOf({ name: project, services, slos = [] }: ProjectDocument): BudgetQueries[] {
  return services.flatMap(({ name: service, targets }) =>
    Object.entries(targets).flatMap(([environment, { ref }]) =>
      slos.map((slo) => sloQueries(slo, { project, service, environment, namespace: ref.namespace })),
    ),
  );
}

/**
 * Counts the events of every service level objective and keeps the counts where the gate errorBudget reads them: the
 * pages and the gate say the same of a budget. Answers how many queries were asked in how many calls.
 */
export async function countBudgets(
  engine: Engine,
  document: ProjectDocument,
  signal: AbortSignal,
): Promise<{ calls: number; queries: number }> {
  const budgets = budgetsOf(document);
  if (budgets.length === 0) return { calls: 0, queries: 0 };
  const places = new Map<string, number>();
  const queries = budgets.flatMap(({ slo, window, hour }) =>
    [window.good, window.total, hour.good, hour.total].flatMap((expression) => {
      const key = JSON.stringify([slo.connection, expression]);
      if (places.has(key)) return [];
      places.set(key, places.size);
      return [{ connection: slo.connection, expression, series: 1 }];
    }),
  );
  const { answers, calls } = await askTogether(engine, document.name, queries, signal);
  const answerTo = (connection: string, expression: string) =>
    answers[places.get(JSON.stringify([connection, expression])) ?? -1];
  const facts = budgets.map(({ key, slo, window, hour }) => {
    const said = [window.good, window.total, hour.good, hour.total].map((one) => answerTo(slo.connection, one));
    const refused = said.find((answer) => answer?.kind !== "series");
    if (refused?.kind === "refused" || refused?.kind === "trouble")
      return { key, value: null, trouble: refused.message };
    const [good, total, goodHour, totalHour] = said.map(countIn);
    const value: { window: EventCounts; hour: EventCounts } = {
      window: { good: good ?? null, total: total ?? null },
      hour: { good: goodHour ?? null, total: totalHour ?? null },
    };
    return { key, value, trouble: null };
  });
  await engine.pool.execute(
    sql`insert into outside_evidence (project, kind, key, value, trouble, observed_at)
        select ${document.name}, ${errorBudgetKind}, f.key, f.value, f.trouble, ${engine.now()}::timestamptz
          from jsonb_to_recordset(${json(facts)}::jsonb) as f (key text, value jsonb, trouble text)
        on conflict (project, kind, key) do update
           set value = excluded.value, trouble = excluded.trouble, observed_at = excluded.observed_at
         where outside_evidence.observed_at <= excluded.observed_at`,
  );
  return { calls, queries: queries.length };
}

/** More than one series is a query that does not count what it says: no number rather than one of them. */
function countIn(answer: QueryAnswer | undefined): number | null {
  if (answer?.kind !== "series" || answer.series.length !== 1) return null;
  return answer.series[0]?.points.at(-1)?.value ?? null;
}
