import { allSent } from "@/lib/db/all-sent";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import { loadConnections, loadProject, registryHosts } from "@/lib/facts/project";
import { buildPlan, type CurrentState, type NoPlan, type PlannedArtifact } from "@/lib/pipeline/plan/build-plan";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Digest } from "@/lib/pipeline/release/digest";

/** What is to be planned: a release into an environment, or a way back to named digests. */
export type PlanSubject =
  | { kind: "promote"; project: string; environment: string; release: string }
  | {
      kind: "rollback";
      project: string;
      environment: string;
      release: string;
      version: string;
      artifacts: PlannedArtifact[];
    };

/** The plan that would be made now, or why there is none. Reads only; `db` may be a transaction. */
export async function loadPlan(db: Queryable, subject: PlanSubject): Promise<Plan | NoPlan> {
  const [project, release, connections] = await allSent([
    loadProject(db, subject.project),
    subject.kind === "rollback" ? subject : loadRelease(db, subject.project, subject.release),
    loadConnections(db, subject.project),
  ]);
  if (!project)
    return { kind: "noPlan", code: "unknownEnvironment", message: `there is no project "${subject.project}"` };
  if (!release) return { kind: "noPlan", code: "nothingToMove", message: `there is no release "${subject.release}"` };
  const services = release.artifacts.map((one) => one.service);
  return buildPlan({
    kind: subject.kind,
    project: project.document,
    policyVersion: project.version,
    environment: subject.environment,
    release: subject.release,
    version: release.version,
    artifacts: release.artifacts,
    current: await loadCurrent(db, subject.project, subject.environment, services),
    registryHosts: registryHosts(connections),
  });
}

/** The subject of a plan that was made before: the same release, or the same way back. */
export function subjectOf(plan: Plan): PlanSubject {
  const { kind, project, environment, release, version } = plan;
  if (kind === "promote") return { kind, project, environment, release };
  const artifacts = plan.services.map((one) => ({ service: one.service, ...one.to }));
  return { kind, project, environment, release, version, artifacts };
}

async function loadRelease(db: Queryable, project: string, key: string) {
  const artifacts = await db.query<PlannedArtifact & { releaseVersion: string }>(
    sql`select a.service, a.digest, a.platforms, a.revision, coalesce(a.version, r.version) as version,
               r.version as "releaseVersion"
          from artifact a join release r on r.project = a.project and r.key = a.release
         where a.project = ${project} and a.release = ${key} order by a.position`,
  );
  const [first] = artifacts;
  if (!first) return undefined;
  return {
    version: first.releaseVersion,
    artifacts: artifacts.map(({ releaseVersion: _, ...artifact }): PlannedArtifact => artifact),
  };
}

/**
 * What the services run now: what somebody put there by hand, though its pods may not be up; else what was observed;
 * where nothing was seen yet, what the ledger says should run. And what they could go back to: the digest verified last
 * that nobody blocked since.
 */
export async function loadCurrent(
  db: Queryable,
  project: string,
  environment: string,
  services: readonly string[],
): Promise<CurrentState[]> {
  const rows = await db.query<{
    service: string;
    runs: Digest | null;
    runsVersion: string | null;
    verified: Digest | null;
    verifiedVersion: string | null;
    verifiedRelease: string | null;
  }>(
    sql`select d.service, coalesce(drift_digest, observed_digest, wanted_digest) as runs,
               case when drift_digest is not null then h.version when observed_digest is not null then observed_version
                    else wanted_version end as "runsVersion",
               case when b.blocked then v.digest else verified_digest end as verified,
               case when b.blocked then v.version else verified_version end as "verifiedVersion",
               case when b.blocked then v.release else verified_release end as "verifiedRelease"
          from deployment d
          left join lateral (
            select coalesce(a.version, a.release) as version from artifact a
             where a.project = d.project and a.service = d.service and a.digest = d.drift_digest
             order by a.release limit 1) h on true
          left join lateral (select true as blocked where ${isBlocked(sql`d.verified_digest`)}) b on true
          left join lateral (
            select v.digest, v.version, v.release from verification v
             where b.blocked and v.project = d.project and v.service = d.service and v.environment = d.environment
               and not ${isBlocked(sql`v.digest`)}
             order by v.verified_at desc limit 1) v on true
         where d.project = ${project} and d.environment = ${environment} and d.service = any(${services})`,
  );
  return rows.map((row) => ({
    service: row.service,
    runs: row.runs === null ? null : { digest: row.runs, version: row.runsVersion },
    lastVerified:
      row.verified === null
        ? null
        : { digest: row.verified, version: row.verifiedVersion, release: row.verifiedRelease },
  }));
}

function isBlocked(digest: Sql): Sql {
  return sql`exists (select 1 from block x where x.project = d.project and x.service = d.service
                and x.environment = d.environment and x.digest = ${digest} and x.lifted_at is null)`;
}
