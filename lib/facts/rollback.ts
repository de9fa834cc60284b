import { type Queryable, type Sql, sql } from "@/lib/db/sql";
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
 * Where services would go back to: for each the newest digest that was verified there before the one that should run
 * now, and is not blocked; so going back twice goes further back, never forth. Where nothing was verified before, it is
 * what the current one replaced, and the plan says that nobody verified it.
 */
export async function findRollback(
  db: Queryable,
  project: string,
  environment: string,
  services: readonly string[],
): Promise<RollbackFound | NoRollback> {
  const rows = await db.query<PlannedArtifact & { release: string | null; undoes: string | null }>(
    sql`with before as (
          select d.service, d.wanted_promotion as undoes, d.wanted_digest as wanted,
                 coalesce(v.digest, r.digest) as digest, coalesce(v.version, r.version) as version,
                 coalesce(v.release, r.release) as release
            from deployment d
            left join lateral (
              select v.digest, max(v.version) as version, max(v.release) as release from verification v
               where v.project = d.project and v.service = d.service and v.environment = d.environment
                 and v.digest is distinct from d.wanted_digest
                 and ${notBlocked(sql`v.digest`)}
               group by v.digest
              having min(v.verified_at) < coalesce(
                       (select min(w.verified_at) from verification w where w.project = d.project and w.service = d.service
                           and w.environment = d.environment and w.digest = d.wanted_digest), 'infinity')
               order by max(v.verified_at) desc limit 1) v on true
            left join lateral (
              select s->'rollback'->>'digest' as digest, s->'rollback'->>'version' as version, s->'rollback'->>'release' as release
                from promotion p cross join lateral jsonb_array_elements(p.state->'plan'->'services') s
               where p.id = d.wanted_promotion and p.kind = 'promote' and s->>'service' = d.service
                 and s->'rollback'->>'digest' <> d.wanted_digest
                 and ${notBlocked(sql`s->'rollback'->>'digest'`)}) r on v.digest is null
           where d.project = ${project} and d.environment = ${environment} and d.service = any(${services}))
        select b.service, b.digest, coalesce(b.version, a.version, 'unknown version') as version, b.release, b.undoes,
               coalesce(a.platforms, '{}') as platforms, a.revision
          from before b
          left join lateral (
            select platforms, revision, version from artifact a
             where a.project = ${project} and a.service = b.service and a.digest = b.digest limit 1) a on true
         where b.digest is not null order by b.service`,
  );
  const missing = services.filter((service) => !rows.some((row) => row.service === service));
  const [first] = rows;
  if (missing.length > 0 || !first) {
    const message = `${environment} knows nothing that ${missing.join(", ")} ran before: promote another release instead`;
    return { kind: "rejection", code: "nothingToGoBackTo", message };
  }
  const artifacts = rows.map(({ service, digest, version, platforms, revision }) => ({
    service,
    digest,
    version,
    platforms,
    revision,
  }));
  const { version, undoes } = first;
  const release = first.release ?? `${first.service}@${version}`;
  return { kind: "found", subject: { kind: "rollback", project, environment, release, version, artifacts }, undoes };
}

function notBlocked(digest: Sql): Sql {
  return sql`not exists (select 1 from block b where b.project = d.project and b.service = d.service
                and b.environment = d.environment and b.digest = ${digest} and b.lifted_at is null)`;
}
