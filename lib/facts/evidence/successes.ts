import { sql } from "@/lib/db/sql";
import { distinct, groupBy, type LoadEvidence } from "@/lib/facts/evidence/asked";
import type { UpstreamSuccess } from "@/lib/pipeline/gates/gate";

/** Where each digest that the plans bring was verified, and when last. */
export const loadSuccesses: LoadEvidence<"successes"> = async (db, asked) => {
  const projects = distinct(asked.map(({ plan }) => plan.project));
  const digests = distinct(asked.flatMap(({ plan }) => plan.services.map((one) => one.to.digest)));
  const rows = await db.query<UpstreamSuccess & { project: string }>(
    sql`select distinct on (project, service, environment, digest)
               project, service, environment, digest, promotion, verified_at as "verifiedAt"
          from verification
         where project = any(${projects}) and digest = any(${digests})
         order by project, service, environment, digest, verified_at desc`,
  );
  const byArtifact = groupBy(rows, (row) => `${row.project}/${row.service}@${row.digest}`);
  return ({ plan }) =>
    plan.services.flatMap((one) =>
      (byArtifact.get(`${plan.project}/${one.service}@${one.to.digest}`) ?? []).map(
        ({ service, environment, digest, promotion, verifiedAt }) => {
          return { service, environment, digest, promotion, verifiedAt };
        },
      ),
    );
};
