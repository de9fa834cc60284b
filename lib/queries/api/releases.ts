import type { Principal } from "@/lib/auth/principal";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { NotFound } from "@/lib/pipeline/errors";
import type { Migration } from "@/lib/pipeline/release/migration";
import { fromCursor, type PageOf, pageFrom } from "@/lib/queries/api/page";
import { mustSeeProject, readableProjects } from "@/lib/queries/api/visible";

export interface ArtifactView {
  service: string;
  repository: string;
  digest: string;
  version: string | null;
  revision: string | null;
  source: string | null;
  buildUrl: string | null;
  builtAt: string | null;
  migration: Migration | null;
}

export interface ReleaseView {
  project: string;
  key: string;
  version: string;
  announcedBy: Actor;
  announcedAt: string;
  artifacts: ArtifactView[];
}

export interface ReleaseDetail extends ReleaseView {
  /** Where its digests were seen running at the last look. */
  running: { service: string; environment: string; since: string | null }[];
  /** Where its digests succeeded; the latest success of each. */
  verified: { service: string; environment: string; promotion: string; at: string }[];
}

export interface ReleaseFilter {
  project?: string;
  service?: string;
  digest?: string;
  /** The start of a commit's hash. */
  revision?: string;
  limit: number;
  cursor?: string;
}

const instant = (column: Sql) => sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const columns = sql`
  r.project, r.key, r.version, r.announced_by as "announcedBy", r.announced_at as "announcedAt",
  (select coalesce(json_agg(json_build_object(
            'service', a.service, 'repository', a.repository, 'digest', a.digest, 'version', a.version,
            'revision', a.revision, 'source', a.source, 'buildUrl', a.build_url, 'builtAt', ${instant(sql`a.built_at`)},
            'migration', a.migration)
            order by a.position), '[]')
     from artifact a where a.project = r.project and a.release = r.key) as artifacts`;

/** Releases of the projects that the principal may see, newest announcement first. */
export async function listReleases(
  db: Queryable,
  principal: Principal,
  filter: ReleaseFilter,
): Promise<PageOf<ReleaseView>> {
  const projects = await readableProjects(db, principal, filter.project);
  const { service, digest, revision, limit, cursor } = filter;
  const after = cursor === undefined ? undefined : fromCursor(cursor, ["instant", "text", "text"]);
  const wanted = [
    ...(service === undefined ? [] : [sql`a.service = ${service}`]),
    ...(digest === undefined ? [] : [sql`a.digest = ${digest}`]),
    ...(revision === undefined ? [] : [sql`starts_with(a.revision, ${revision})`]),
  ];
  const holds = sql`and exists (select 1 from artifact a where a.project = r.project and a.release = r.key
                                   and ${sql.join(wanted, " and ")})`;
  const rows = await db.query<ReleaseView>(sql`
    select ${columns} from release r
     where r.project = any(${projects})
       ${wanted.length === 0 ? sql.empty : holds}
       ${after === undefined ? sql.empty : sql`and (r.announced_at, r.project, r.key) < (${after[0]}, ${after[1]}, ${after[2]})`}
     order by r.announced_at desc, r.project desc, r.key desc
     limit ${limit + 1}`);
  return pageFrom(rows, limit, (row) => [row.announcedAt, row.project, row.key]);
}

/** One release, where it runs and where it succeeded. Throws NotFound, also to whoever may not see its project. */
export async function readRelease(
  db: Queryable,
  principal: Principal,
  project: string,
  key: string,
): Promise<ReleaseDetail> {
  await mustSeeProject(db, principal, project);
  const [release] = await db.query<ReleaseView>(
    sql`select ${columns} from release r where r.project = ${project} and r.key = ${key}`,
  );
  if (!release) throw new NotFound(`release ${project}/${key}`);
  const running = await db.query<ReleaseDetail["running"][number]>(sql`
    select d.service, d.environment, d.observed_since as since
      from artifact a
      join deployment d on d.project = a.project and d.service = a.service
           and (d.observed_digest = a.digest or d.observed_digest = any(a.platforms))
      join environment e on e.project = d.project and e.name = d.environment
     where a.project = ${project} and a.release = ${key}
     order by e.position, a.position`);
  const verified = await db.query<ReleaseDetail["verified"][number]>(sql`
    select distinct on (v.service, v.environment) v.service, v.environment, v.promotion, v.verified_at as at
      from artifact a
      join verification v on v.project = a.project and v.service = a.service and v.digest = a.digest
     where a.project = ${project} and a.release = ${key}
     order by v.service, v.environment, v.verified_at desc`);
  return { ...release, running, verified };
}
