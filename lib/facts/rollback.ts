import { type Queryable, sql } from "@/lib/db/sql";
import type { PlanSubject } from "@/lib/facts/plan-inputs";
import type { PlannedArtifact } from "@/lib/pipeline/plan/build-plan";

export interface RollbackFound {
  kind: "found";
  subject: PlanSubject & { kind: "rollback" };
  /** The promotion whose effect is undone; null where nobody knows how the running digest came. */
  undoes: string | null;
}

export interface NoRollback {
  kind: "rejection";
  code: "nothingToGoBackTo";
  message: string;
}

/**
 * Where services would go back to: for each the newest digest that was verified there, is not what should run there
 * now, and is not blocked. Where what runs has drifted, that is the digest that should run.
 */
export async function findRollback(
  db: Queryable,
  project: string,
  environment: string,
  services: readonly string[],
): Promise<RollbackFound | NoRollback> {
  const rows = await db.query<PlannedArtifact & { release: string; undoes: string | null }>(
    sql`select d.service, v.digest, v.version, v.release, d.wanted_promotion as undoes,
               coalesce(a.platforms, '{}') as platforms, a.revision
          from deployment d
          cross join lateral (
            select v.digest, v.version, v.release from verification v
             where v.project = d.project and v.service = d.service and v.environment = d.environment
               and (d.drift_digest is not null or v.digest is distinct from d.wanted_digest)
               and v.digest is distinct from d.observed_digest
               and not exists (
                 select 1 from block b where b.project = v.project and b.service = v.service
                    and b.environment = v.environment and b.digest = v.digest and b.lifted_at is null)
             order by v.verified_at desc limit 1) v
          left join lateral (
            select platforms, revision from artifact a
             where a.project = d.project and a.service = d.service and a.digest = v.digest limit 1) a on true
         where d.project = ${project} and d.environment = ${environment} and d.service = any(${services})
         order by d.service`,
  );
  const missing = services.filter((service) => !rows.some((row) => row.service === service));
  const [first] = rows;
  if (missing.length > 0 || !first) {
    const message = `nothing else was ever verified in ${environment} for ${missing.join(", ")}: promote another release instead`;
    return { kind: "rejection", code: "nothingToGoBackTo", message };
  }
  const artifacts = rows.map(({ service, digest, version, platforms, revision }) => ({ service, digest, version, platforms, revision }));
  const { release, version, undoes } = first;
  return { kind: "found", subject: { kind: "rollback", project, environment, release, version, artifacts }, undoes };
}
