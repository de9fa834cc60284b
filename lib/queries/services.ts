import { z } from "zod";
import { visibleProjects } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { parseInput } from "@/lib/pipeline/errors";
import type { HealthWord } from "@/lib/pipeline/rollout/judge-health";
import { fromCursor, pageFrom } from "@/lib/queries/api/page";
import { instant } from "@/lib/queries/instant";

export const servicesFilter = z.strictObject({
  projects: z.array(z.string().min(1).max(63)).max(200),
  /** Part of a service's name or repository. */
  text: z.string().max(200).optional(),
  /** Where the page before ended. */
  after: z.string().max(500).optional(),
});
export type ServicesFilter = z.input<typeof servicesFilter>;

/** What a service runs in one environment. Times are ISO 8601, UTC. */
export interface ServicePort {
  environment: string;
  version: string | null;
  digest: string | null;
  since: string | null;
  health: HealthWord;
  drift: boolean;
  /** A promotion that is open there. */
  open: { promotion: string; phase: string } | null;
}

export interface ServiceLine {
  project: string;
  name: string;
  repository: string;
  /** In the order in which releases reach them; environments where it has no target are left out. */
  ports: ServicePort[];
  newest: { release: string; version: string; announcedAt: string } | null;
}

export interface ServicesView {
  asOf: string;
  /** How many services match, over all pages. */
  total: number;
  lines: ServiceLine[];
  next: string | null;
}

const pageSize = 50;

/** A page of the services in the projects in sight, in their file's order. Throws InvalidInput. */
export async function loadServices(
  db: Queryable,
  principal: Principal,
  raw: ServicesFilter,
  now: string,
): Promise<ServicesView> {
  const { projects: asked, text = "", after } = parseInput(servicesFilter, raw);
  const projects = visibleProjects(principal, asked);
  const like = `%${text.trim().replace(/[\\%_]/g, "\\$&")}%`;
  const key = after === undefined ? undefined : fromCursor(after, ["text", "number", "text"]);
  const matches = sql`s.project = any(${projects}) and (s.name ilike ${like} or s.repository ilike ${like})`;
  const behind = key ? sql`and (s.project, s.position, s.name) > (${key[0]}, ${key[1]}, ${key[2]})` : sql.empty;
  const [[count], rows] = await Promise.all([
    db.query<{ total: number }>(sql`select count(*) as total from service s where ${matches}`),
    db.query<ServiceLine & { position: number }>(
      sql`select s.project, s.name, s.repository, s.position, coalesce(d.ports, '[]') as ports, n.newest
            from (select s.* from service s where ${matches} ${behind}
                   order by s.project, s.position, s.name limit ${pageSize + 1}) s
            left join lateral (
              select json_agg(json_build_object(
                       'environment', e.name, 'version', coalesce(d.observed_version, case when d.observed_digest is null
                         or d.observed_digest = d.wanted_digest then d.wanted_version end,
                         (select coalesce(b.version, b.release) from artifact b where b.project = d.project
                             and b.service = d.service and b.digest = d.observed_digest
                           order by b.announced_at desc limit 1)),
                       'digest', coalesce(d.observed_digest, d.wanted_digest), 'since', ${instant(sql`d.observed_since`)},
                       'health', d.health, 'drift', d.drift_digest is not null,
                       'open', case when d.open_promotion is not null
                                    then json_build_object('promotion', d.open_promotion, 'phase', d.open_phase) end)
                       order by e.position) as ports
                from environment e join deployment d
                  on d.project = e.project and d.environment = e.name and d.service = s.name
               where e.project = s.project) d on true
            left join lateral (
              select json_build_object('release', a.release, 'version', coalesce(a.version, a.release),
                                       'announcedAt', ${instant(sql`a.announced_at`)}) as newest
                from artifact a where a.project = s.project and a.service = s.name
               order by a.announced_at desc limit 1) n on true
           order by s.project, s.position, s.name`,
    ),
  ]);
  const page = pageFrom(rows, pageSize, (row) => [row.project, row.position, row.name]);
  const lines = page.items.map(({ position: _, ...line }): ServiceLine => line);
  return { asOf: now, total: count?.total ?? 0, lines, next: page.next };
}
