import { sql } from "@/lib/db/sql";
import { distinct, groupBy, type LoadEvidence } from "@/lib/facts/evidence/asked";
import type { GateEvidence } from "@/lib/pipeline/gates/gate";

type Pin = NonNullable<GateEvidence["pins"]>[number];

/** What is pinned of the services that the plans move. */
export const loadPins: LoadEvidence<"pins"> = async (db, asked) => {
  const projects = distinct(asked.map(({ plan }) => plan.project));
  const rows = await db.query<Pin & { project: string; environment: string }>(
    sql`select project, environment, service, digest, reason, pinned_by as "pinnedBy", pinned_at as "pinnedAt" from pin
         where project = any(${projects}) and lifted_at is null`,
  );
  const byPlace = groupBy(rows, (row) => `${row.project}/${row.environment}`);
  return ({ plan }) =>
    (byPlace.get(`${plan.project}/${plan.environment}`) ?? [])
      .filter((row) => plan.services.some((one) => one.service === row.service))
      .map(({ service, digest, reason, pinnedBy, pinnedAt }) => ({ service, digest, reason, pinnedBy, pinnedAt }));
};
