import type { Question, Subject } from "@/lib/engine/evidence/question";
import { type BudgetQueries, budgetQueries, errorBudgetKind } from "@/lib/facts/evidence/error-budgets";
import type { EventCounts } from "@/lib/pipeline/gates/gate";
import type { World } from "@/lib/ports/world";

/** A budget changes slowly; what had no traffic, or could not be counted, may be counted at any moment. */
const freshMs = (value: unknown): number => {
  const { window, hour } = value as Counts;
  return window.total && hour.good !== null && hour.total !== null ? 60_000 : 15_000;
};

type Counts = Record<"window" | "hour", EventCounts>;

/** Counts the events of the SLOs that a plan's error budget gates name, over their window and over the last hour. */
export function askErrorBudgets({ plan, project }: Subject): Question[] {
  return budgetQueries(plan, project.document.slos ?? []).map((queries) => ({
    kind: errorBudgetKind,
    key: queries.key,
    freshMs,
    ask: (world, signal) => countEvents(world, plan.project, queries, signal),
  }));
}

async function countEvents(
  world: World,
  project: string,
  { slo, window, hour }: BudgetQueries,
  signal: AbortSignal,
): Promise<Counts> {
  const metrics = await world.metrics(project, slo.connection);
  // All counts are of one moment: what came in between two questions is not a bad event.
  const at = new Date();
  const count = async (query: string): Promise<number | null> => {
    const samples = await metrics.query(query, at, signal);
    // More than one series is a query that does not count what it says: no number rather than one of them.
    const [only] = samples.length === 1 ? samples : [];
    return only?.value ?? null;
  };
  const counts = async ({ good, total }: { good: string; total: string }): Promise<EventCounts> => ({
    good: await count(good),
    total: await count(total),
  });
  return { window: await counts(window), hour: await counts(hour) };
}
