import { allSent } from "@/lib/db/all-sent";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import { distinct, groupBy } from "@/lib/facts/evidence/asked";
import { loadConnections, loadProject, registryHosts } from "@/lib/facts/project";
import { buildPlan, type CurrentState, type NoPlan, type PlannedArtifact } from "@/lib/pipeline/plan/build-plan";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Severity } from "@/lib/pipeline/policy/severity";
import type { Digest } from "@/lib/pipeline/release/digest";

/** What is to be planned: a release into an environment, or a way back to named digests. */
export type PlanSubject =
  | { kind: "promote"; project: string; environment: string; release: string; severity?: Severity; notBefore?: string }
  | {
      kind: "rollback";
      project: string;
      environment: string;
      release: string;
      version: string;
      severity?: Severity;
      artifacts: PlannedArtifact[];
    };

/** The plan that would be made now, or why there is none. Reads only; `db` may be a transaction. */
export async function loadPlan(db: Queryable, subject: PlanSubject): Promise<Plan | NoPlan> {
  const [plan] = await loadPlans(db, [subject]);
  if (!plan) throw new TypeError("one subject gives one answer");
  return plan;
}

/**
 * What would be planned now for each of the subjects, in their order: the same number of queries for one as for thousands
 * of a project. Reads only; `db` may be a transaction.
 */
export async function loadPlans(db: Queryable, subjects: readonly PlanSubject[]): Promise<(Plan | NoPlan)[]> {
  const projects = distinct(subjects.map((one) => one.project));
  const [documents, releases, hosts] = await allSent([
    Promise.all(projects.map((project) => loadProject(db, project))),
    loadReleases(db, subjects),
    Promise.all(projects.map(async (project) => registryHosts(await loadConnections(db, project)))),
  ]);
  const documentOf = new Map(projects.map((project, index) => [project, documents[index]]));
  const hostsOf = new Map(projects.map((project, index) => [project, hosts[index] ?? {}]));
  const currentOf = await loadCurrents(db, subjects, releases);
  return subjects.map((subject, index) => {
    const project = documentOf.get(subject.project);
    const release = releases[index];
    if (!project) return noPlan("unknownEnvironment", `there is no project "${subject.project}"`);
    if (!release) return noPlan("nothingToMove", `there is no release "${subject.release}"`);
    return buildPlan({
      kind: subject.kind,
      project: project.document,
      policyVersion: project.version,
      environment: subject.environment,
      release: subject.release,
      version: release.version,
      ...(subject.severity === undefined ? {} : { severity: subject.severity }),
      ...(subject.kind === "promote" && subject.notBefore !== undefined ? { notBefore: subject.notBefore } : {}),
      artifacts: release.artifacts,
      current: currentOf(subject, release),
      registryHosts: hostsOf.get(subject.project) ?? {},
    });
  });
}

function noPlan(code: NoPlan["code"], message: string): NoPlan {
  return { kind: "noPlan", code, message };
}

/** The subject of a plan that was made before: the same release, or the same way back. */
export function subjectOf(plan: Plan): PlanSubject {
  const { kind, project, environment, release, version } = plan;
  const said = plan.severity === undefined ? {} : { severity: plan.severity };
  if (kind === "promote") {
    const at = scheduledAt(plan);
    return { kind, project, environment, release, ...said, ...(at === undefined ? {} : { notBefore: at }) };
  }
  const artifacts = plan.services.map((one) => ({ service: one.service, ...one.to }));
  return { kind, project, environment, release, version, artifacts, ...said };
}

/** The moment that a plan waits for; undefined where it was asked for without one. */
export function scheduledAt({ gates }: Pick<Plan, "gates">): string | undefined {
  return gates.find((gate) => gate.kind === "schedule")?.notBefore;
}

interface PlannedRelease {
  version: string;
  artifacts: PlannedArtifact[];
}

/** What each subject would bring; undefined where there is no such release. A way back names its own digests. */
async function loadReleases(db: Queryable, subjects: readonly PlanSubject[]): Promise<(PlannedRelease | undefined)[]> {
  const named = subjects.filter((one) => one.kind === "promote");
  const rows =
    named.length === 0
      ? []
      : await db.query<PlannedArtifact & { project: string; release: string; releaseVersion: string }>(
          sql`select a.project, a.release, a.service, a.digest, a.platforms, a.revision,
                     coalesce(a.version, r.version) as version, r.version as "releaseVersion"
                from (select distinct * from unnest(${named.map((one) => one.project)}::text[],
                        ${named.map((one) => one.release)}::text[])) as w (project, release)
                join artifact a on a.project = w.project and a.release = w.release
                join release r on r.project = a.project and r.key = a.release
               order by a.project, a.release, a.position`,
        );
  const byRelease = groupBy(rows, (row) => `${row.project} ${row.release}`);
  return subjects.map((subject) => {
    if (subject.kind === "rollback") return subject;
    const found = byRelease.get(`${subject.project} ${subject.release}`);
    const [first] = found ?? [];
    if (!found || !first) return undefined;
    const artifacts = found.map(({ project: _, release: __, releaseVersion: ___, ...artifact }) => artifact);
    return { version: first.releaseVersion, artifacts };
  });
}

interface CurrentRow {
  project: string;
  environment: string;
  service: string;
  goesTo: Digest;
  runs: Digest | null;
  runsVersion: string | null;
  verified: Digest | null;
  verifiedVersion: string | null;
  verifiedRelease: string | null;
  colourProblem: string | null;
}

/**
 * What the services run now: what somebody put there by hand, though its pods may not be up; else what was observed;
 * where nothing was seen yet, what the ledger says should run. And what they could go back to: the digest verified last
 * that nobody blocked since, and that is not the very one to be brought, unless it runs already and nothing moves.
 */
async function loadCurrents(
  db: Queryable,
  subjects: readonly PlanSubject[],
  releases: readonly (PlannedRelease | undefined)[],
): Promise<(subject: PlanSubject, release: PlannedRelease) => CurrentState[]> {
  const places = new Map<string, [string, string, string, Digest]>();
  subjects.forEach(({ project, environment }, index) => {
    for (const { service, digest } of releases[index]?.artifacts ?? []) {
      places.set(`${project} ${environment} ${service} ${digest}`, [project, environment, service, digest]);
    }
  });
  const asked = [...places.values()];
  const rows = await db.query<CurrentRow>(
    sql`select d.project, d.environment, d.service, w.digest as "goesTo", ${runsNow} as runs,
               case when drift_digest is not null then h.version when observed_digest is not null then observed_version
                    else wanted_version end as "runsVersion",
               case when b.out then v.digest else verified_digest end as verified,
               case when b.out then v.version else verified_version end as "verifiedVersion",
               case when b.out then v.release else verified_release end as "verifiedRelease",
               d.observation -> 'colour' ->> 'problem' as "colourProblem"
          from unnest(${asked.map(([project]) => project)}::text[], ${asked.map(([, environment]) => environment)}::text[],
                      ${asked.map(([, , service]) => service)}::text[], ${asked.map(([, , , digest]) => digest)}::text[])
                 as w (project, environment, service, digest)
          join deployment d on d.project = w.project and d.environment = w.environment and d.service = w.service
          left join lateral (
            select coalesce(a.version, a.release) as version from artifact a
             where a.project = d.project and a.service = d.service and a.digest = d.drift_digest
             order by a.release limit 1) h on true
          left join lateral (
            select true as out where ${isBlocked(sql`d.verified_digest`)}
                or d.verified_digest = w.digest and ${runsNow} is distinct from w.digest) b on true
          left join lateral (
            select v.digest, v.version, v.release from verification v
             where b.out and v.project = d.project and v.service = d.service and v.environment = d.environment
               and (v.digest <> w.digest or ${runsNow} = w.digest) and not ${isBlocked(sql`v.digest`)}
             order by v.verified_at desc limit 1) v on true`,
  );
  const byPlace = new Map(
    rows.map((row) => [`${row.project} ${row.environment} ${row.service} ${row.goesTo}`, currentState(row)]),
  );
  return ({ project, environment }, { artifacts }) =>
    artifacts.flatMap(({ service, digest }) => byPlace.get(`${project} ${environment} ${service} ${digest}`) ?? []);
}

const runsNow = sql`coalesce(d.drift_digest, d.observed_digest, d.wanted_digest)`;

function currentState(row: CurrentRow): CurrentState {
  return {
    service: row.service,
    ...(row.colourProblem === null ? {} : { colourProblem: row.colourProblem }),
    runs: row.runs === null ? null : { digest: row.runs, version: row.runsVersion },
    lastVerified:
      row.verified === null
        ? null
        : { digest: row.verified, version: row.verifiedVersion, release: row.verifiedRelease },
  };
}

function isBlocked(digest: Sql): Sql {
  return sql`exists (select 1 from block x where x.project = d.project and x.service = d.service
                and x.environment = d.environment and x.digest = ${digest} and x.lifted_at is null)`;
}
