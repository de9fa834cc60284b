import { sql } from "@/lib/db/sql";
import { type Asked, distinct, groupBy, type LoadEvidence } from "@/lib/facts/evidence/asked";
import type { Actor } from "@/lib/pipeline/actor";
import type { CheckFact } from "@/lib/pipeline/gates/gate";

type Row = Omit<CheckFact, "reportedBy"> & { project: string; reportedBy: Actor };

/** What was reported last of every check of the digests that move, in the environments that the gates name. */
export const loadChecks: LoadEvidence<"checks"> = async (db, asked) => {
  const rows = await db.query<Row>(
    sql`select project, digest, environment, name, status, url, summary, reported_by as "reportedBy",
               reported_at as "reportedAt"
          from check_report
         where project = any(${distinct(asked.map(({ plan }) => plan.project))})
           and digest = any(${distinct(asked.flatMap(({ plan }) => plan.services.map((one) => one.to.digest)))})
           and environment = any(${distinct(asked.flatMap(placesOf))})`,
  );
  const byDigest = groupBy(rows, (row) => `${row.project} ${row.digest}`);
  return ({ plan }) =>
    plan.services.flatMap(({ to }) =>
      (byDigest.get(`${plan.project} ${to.digest}`) ?? []).map(({ project: _, reportedBy, ...fact }) => ({
        ...fact,
        reportedBy: reportedBy.name,
      })),
    );
};

function placesOf({ plan }: Asked): string[] {
  return plan.gates.flatMap((gate) => (gate.kind === "tests" ? [gate.in ?? plan.environment] : []));
}
