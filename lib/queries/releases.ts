import { z } from "zod";
import { can, visibleProjects } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { parseInput } from "@/lib/pipeline/errors";
import { fromCursor, pageFrom } from "@/lib/queries/api/page";
import { instant } from "@/lib/queries/instant";
import { actorWords } from "@/lib/queries/people";

const name = z.string().min(1).max(63);

export const releasesFilter = z.strictObject({
  projects: z.array(name).max(200),
  service: name.optional(),
  /** Part of a release's name or version, or the start of a digest or commit. */
  text: z.string().max(200).optional(),
  /** Where the page before ended. */
  after: z.string().max(500).optional(),
});
export type ReleasesFilter = z.input<typeof releasesFilter>;

/** A release as a line. Times are ISO 8601, UTC. */
export interface ReleaseLine {
  project: string;
  key: string;
  version: string;
  announcedAt: string;
  announcedBy: string;
  artifacts: { service: string; digest: string; revision: string | null }[];
  /** For each environment that any of its services reaches: how many of them run it, and when all had succeeded. */
  places: { environment: string; runs: number; of: number; verifiedAt: string | null; blocked: boolean }[];
}

export interface ReleasesView {
  asOf: string;
  lines: ReleaseLine[];
  next: string | null;
  /** What can be filtered by, over the projects asked for. */
  services: string[];
  /** Projects in which whoever looks may announce a release, with their services. */
  announceable: { project: string; services: { name: string; repository: string }[] }[];
}

const pageSize = 50;

/** A page of releases, the newest first. Throws InvalidInput for a filter that cannot be meant. */
export async function loadReleases(
  db: Queryable,
  principal: Principal,
  raw: ReleasesFilter,
  now: string,
): Promise<ReleasesView> {
  const filter = parseInput(releasesFilter, raw);
  const projects = visibleProjects(principal, filter.projects);
  const [rows, services] = await Promise.all([
    loadRows(db, projects, filter),
    db.query<{ project: string; name: string; repository: string }>(
      sql`select project, name, repository from service where project = any(${projects}) order by project, name limit 2000`,
    ),
  ]);
  const page = pageFrom(rows, pageSize, (row) => [row.announcedAt, row.project, row.key]);
  return {
    asOf: now,
    lines: page.items.map((row) => ({ ...row, announcedBy: actorWords(row.announcedBy) })),
    next: page.next,
    services: [...new Set(services.map((one) => one.name))].sort(),
    announceable: projects
      .filter((project) => can(principal, "announce", { project }))
      .map((project) => ({
        project,
        services: services
          .filter((one) => one.project === project)
          .map(({ name, repository }) => ({ name, repository })),
      })),
  };
}

type Row = Omit<ReleaseLine, "announcedBy"> & { announcedBy: Actor };

/** Each project's newest, then the newest of those: no project's past is read for another one's page. */
function loadRows(db: Queryable, projects: string[], filter: z.output<typeof releasesFilter>): Promise<Row[]> {
  return db.query<Row>(
    sql`select r.project, r.key, r.version, r.announced_by as "announcedBy", r.announced_at as "announcedAt",
               a.artifacts, coalesce(w.places, '[]') as places
          from (select r.* from unnest(${projects}::text[]) as p (project) cross join lateral (
                  select r.* from release r where r.project = p.project ${conditions(filter)}
                   order by r.announced_at desc, r.key desc limit ${pageSize + 1}) r
                 order by r.announced_at desc, r.project desc, r.key desc limit ${pageSize + 1}) r
          left join lateral (
            select json_agg(json_build_object('service', a.service, 'digest', a.digest, 'revision', a.revision)
                            order by a.position) as artifacts
              from artifact a where a.project = r.project and a.release = r.key) a on true
          left join lateral (${placesOf(sql`r`)}) w on true
         order by r.announced_at desc, r.project desc, r.key desc`,
  );
}

function conditions({ service, text = "", after }: z.output<typeof releasesFilter>): Sql {
  const parts: Sql[] = [];
  const ofRelease = sql`a.project = r.project and a.release = r.key`;
  if (service !== undefined)
    parts.push(sql`and exists (select 1 from artifact a where ${ofRelease} and a.service = ${service})`);
  const wanted = text.trim();
  if (wanted !== "") {
    const like = `%${wanted.replace(/[\\%_]/g, "\\$&")}%`;
    const hex = wanted.toLowerCase().replace(/^sha256:/, "");
    parts.push(sql`and (r.key ilike ${like} or r.version ilike ${like} or exists (
      select 1 from artifact a where ${ofRelease}
         and (starts_with(a.digest, ${`sha256:${hex}`}) or starts_with(a.revision, ${hex}))))`);
  }
  const key = after === undefined ? undefined : fromCursor(after, ["instant", "text", "text"]);
  if (key) parts.push(sql`and (r.announced_at, r.project, r.key) < (${key[0]}::timestamptz, ${key[1]}, ${key[2]})`);
  return sql.join(parts, " ");
}

/** Where the release `r` stands in each environment that its services reach, as one row `places`. */
function placesOf(r: Sql): Sql {
  return sql`select json_agg(json_build_object('environment', w.name, 'runs', w.runs, 'of', w.of, 'blocked', w.blocked,
                      'verifiedAt', ${instant(sql`w.verified_at`)}) order by w.position) as places
          from (select e.name, e.position, count(*) as of,
                       count(*) filter (where d.observed_digest = a.digest or d.observed_digest = any(a.platforms)) as runs,
                       coalesce(bool_or(b.id is not null), false) as blocked,
                       case when count(v.at) = count(*) then max(v.at) end as verified_at
                  from artifact a
                  join deployment d on d.project = a.project and d.service = a.service
                  join environment e on e.project = d.project and e.name = d.environment
                  left join lateral (select max(verified_at) as at from verification v where v.project = d.project
                     and v.service = d.service and v.environment = d.environment and v.digest = a.digest) v on true
                  left join block b on b.project = d.project and b.service = d.service and b.environment = d.environment
                       and b.digest = a.digest and b.lifted_at is null
                 where a.project = ${r}.project and a.release = ${r}.key
                 group by e.name, e.position) w`;
}
