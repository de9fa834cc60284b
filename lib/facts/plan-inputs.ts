import { allSent } from "@/lib/db/all-sent";
import { type Queryable, sql } from "@/lib/db/sql";
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

/** What the services run now: what was observed; where nothing was seen yet, what the ledger says should run. */
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
    sql`select service, coalesce(observed_digest, wanted_digest) as runs,
               case when observed_digest is null then wanted_version else observed_version end as "runsVersion",
               verified_digest as verified, verified_version as "verifiedVersion", verified_release as "verifiedRelease"
          from deployment
         where project = ${project} and environment = ${environment} and service = any(${services})`,
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
