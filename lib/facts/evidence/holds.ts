import { sql } from "@/lib/db/sql";
import { distinct, groupBy, type LoadEvidence } from "@/lib/facts/evidence/asked";
import type { GateEvidence } from "@/lib/pipeline/gates/gate";

type Hold = NonNullable<GateEvidence["holds"]>[number];

/** What holds stand in the plans' projects. */
export const loadHolds: LoadEvidence<"holds"> = async (db, asked) => {
  const projects = distinct(asked.map(({ plan }) => plan.project));
  const rows = await db.query<Hold & { project: string }>(
    sql`select project, environment, reason, held_by as "heldBy", held_at as "heldAt" from hold
         where project = any(${projects}) and lifted_at is null`,
  );
  const byPlace = groupBy(
    rows.map(({ project, ...hold }) => ({ project, hold })),
    ({ project, hold }) => `${project}/${hold.environment}`,
  );
  const at = (project: string, environment: string | null) => byPlace.get(`${project}/${environment}`) ?? [];
  return ({ plan }) => [...at(plan.project, plan.environment), ...at(plan.project, null)].map(({ hold }) => hold);
};
