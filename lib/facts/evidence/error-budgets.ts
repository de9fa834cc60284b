import { createHash } from "node:crypto";
import { type Asked, distinct, type LoadEvidence } from "@/lib/facts/evidence/asked";
import { loadOutside } from "@/lib/facts/evidence/outside";
import { loadProject } from "@/lib/facts/project";
import type { ErrorBudget } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { formatDuration } from "@/lib/pipeline/policy/duration";
import { fillQuery, type Slo } from "@/lib/pipeline/policy/slo";

export const errorBudgetKind = "errorBudget";

/** The counts that one service's budget is read from: queries as they are sent. */
export interface BudgetQueries {
  /** Another definition of the SLO is another question. */
  key: string;
  slo: Slo;
  service: string;
  window: { good: string; total: string };
  hour: { good: string; total: string };
}

/** What is asked for a plan's error budget gates; an SLO that the project does not name is not asked for. */
export function budgetQueries(plan: Plan, slos: readonly Slo[]): BudgetQueries[] {
  const named = new Set(plan.gates.flatMap((gate) => (gate.kind === "errorBudget" ? [gate.slo] : [])));
  const { project, environment } = plan;
  return slos
    .filter((slo) => named.has(slo.name))
    .flatMap((slo) =>
      plan.services.map(({ service, target: { namespace } }) =>
        sloQueries(slo, { project, service, environment, namespace }),
      ),
    );
}

/** What is counted for the budget of one service in an environment. */
export function sloQueries(
  slo: Slo,
  place: { project: string; service: string; environment: string; namespace: string },
): BudgetQueries {
  const fill = (template: string, window: string) => fillQuery(template, { ...place, window });
  const both = (window: string) => ({ good: fill(slo.good, window), total: fill(slo.total, window) });
  const queries = { window: both(formatDuration(slo.windowMs)), hour: both("1h") };
  const definition = createHash("sha256")
    .update(JSON.stringify([slo.connection, queries]))
    .digest("hex");
  const { service, environment } = place;
  return { key: `${slo.name}/${environment}/${service}/${definition.slice(0, 16)}`, slo, service, ...queries };
}

/** What was counted last for the SLOs that the plans' gates name. */
export const loadErrorBudgets: LoadEvidence<"errorBudgets"> = async (db, asked) => {
  const projects = distinct(asked.map(({ plan }) => plan.project));
  const documents = new Map(
    await Promise.all(projects.map(async (name) => [name, (await loadProject(db, name))?.document] as const)),
  );
  const queriesOf = ({ plan }: Asked) => budgetQueries(plan, documents.get(plan.project)?.slos ?? []);
  const keys = distinct(asked.flatMap((one) => queriesOf(one).map(({ key }) => key)));
  const facts = await loadOutside(db, errorBudgetKind, projects, keys);
  return (one) =>
    queriesOf(one).map(({ key, slo, service }): ErrorBudget => {
      const fact = facts.get(`${one.plan.project} ${key}`) as ErrorBudget["fact"];
      return { slo: slo.name, service, targetPercent: slo.targetPercent, fact };
    });
};
