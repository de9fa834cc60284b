import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import type { PromotionPhase } from "@/lib/pipeline/promotion/state";
import { instant } from "@/lib/queries/instant";

/** Where an artifact stands in one environment; the first that is true, from the top. */
export interface ArtifactStanding {
  environment: string;
  /** It is what was seen running there at the last look. */
  runs: boolean;
  /** When it last succeeded there; ISO 8601, UTC. */
  verifiedAt: string | null;
  /** Why it may not go there any more. */
  blocked: string | null;
  /** The newest promotion that brought it there, or tried to. */
  promotion: { id: string; phase: PromotionPhase } | null;
}

export interface ServiceRelease {
  key: string;
  version: string;
  digest: string;
  revision: string | null;
  buildUrl: string | null;
  announcedAt: string;
  standings: ArtifactStanding[];
}

const releasesMax = 20;

/** The newest releases of a service, each with where it stands. The caller has looked at who asks. */
export async function loadServiceReleases(
  db: Queryable,
  project: string,
  service: string,
): Promise<{ releases: ServiceRelease[]; moreReleases: boolean }> {
  const rows = await db.query<ServiceRelease>(
    sql`select a.release as key, coalesce(a.version, a.release) as version, a.digest, a.revision,
               a.build_url as "buildUrl", a.announced_at as "announcedAt", s.standings
          from (select * from artifact where project = ${project} and service = ${service}
                 order by announced_at desc, release limit ${releasesMax + 1}) a
          left join lateral (${standingsOf(sql`a`)}) s on true
         order by a.announced_at desc, a.release`,
  );
  return { releases: rows.slice(0, releasesMax), moreReleases: rows.length > releasesMax };
}

/** The standings of the artifact `a` in every environment where its service has a target, as one row `standings`. */
export function standingsOf(a: Sql): Sql {
  return sql`select coalesce(json_agg(json_build_object(
               'environment', e.name,
               'runs', coalesce(d.observed_digest = ${a}.digest or d.observed_digest = any(${a}.platforms), false),
               'verifiedAt', (select ${instant(sql`max(v.verified_at)`)} from verification v where v.project = d.project
                                and v.service = d.service and v.environment = d.environment and v.digest = ${a}.digest),
               'blocked', (select b.reason from block b where b.project = d.project and b.service = d.service
                             and b.environment = d.environment and b.digest = ${a}.digest and b.lifted_at is null),
               'promotion', (select json_build_object('id', p.id, 'phase', p.phase) from promotion p
                               where p.project = d.project and p.release = ${a}.release and p.environment = d.environment
                               order by p.requested_at desc limit 1)) order by e.position), '[]') as standings
             from deployment d join environment e on e.project = d.project and e.name = d.environment
            where d.project = ${a}.project and d.service = ${a}.service`;
}
