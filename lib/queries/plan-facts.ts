import { type Queryable, sql } from "@/lib/db/sql";
import type { StayingFacts } from "@/lib/pipeline/plan/not-rolled-back";
import type { Plan } from "@/lib/pipeline/plan/plan";

import type { WayBackFacts } from "@/lib/pipeline/plan/rollback-readiness";
import { commitUrl, compareUrl } from "@/lib/pipeline/release/source-links";

/** One image of a plan's service, as far as its announcement tells. Times are ISO 8601, UTC. */
export interface ImageFacts {
  release: string;
  revision: string | null;
  commitUrl?: string;
  buildUrl: string | null;
  builtAt: string | null;
  announcedAt: string;
  sizeBytes: number;
  /** As the image's configuration says it; "" is root. */
  user: string;
  healthcheck: boolean;
}

/** What is known about a service beside its plan: nothing in it is guessed, and what is not known is null. */
export interface ServiceFacts {
  service: string;
  /** The image that runs, where it was announced here. */
  from: ImageFacts | null;
  to: ImageFacts | null;
  compareUrl?: string;
  /** What was seen of it in the environment. */
  runs: {
    since: string | null;
    seenAt: string | null;
    ready: number;
    desired: number;
    health: string;
    healthReason: string | null;
    driftSince: string | null;
    /** When exactly this digest was verified there; null where it never was. */
    verifiedAt: string | null;
  } | null;
  /** Where the digest that would run has succeeded, in the order of the environments. */
  path: { environment: string; verifiedAt: string | null; promotion: string | null }[];
  /** The way back: to the plan's rollback digest, or, of a rollback, to where it goes; null where there is none. */
  wayBack: (WayBackFacts & StayingFacts) | null;
  /** Promotions of this service into this environment that were rolled back or failed in the last 30 days. */
  recentFailures: number;
}

interface Row extends Omit<ServiceFacts, "compareUrl" | "path"> {
  from: (ImageFacts & { source: string | null }) | null;
  to: (ImageFacts & { source: string | null }) | null;
  path: ServiceFacts["path"];
}

/** The facts about every service of a plan, in the plan's order; one statement. */
export async function loadPlanFacts(db: Queryable, plan: Plan): Promise<ServiceFacts[]> {
  const { project, environment } = plan;
  const wanted = JSON.stringify(
    plan.services.map((one) => ({
      service: one.service,
      from: one.from?.digest ?? null,
      to: one.to.digest,
      ...backAndForth(plan, one),
    })),
  );
  const image = (digest: ReturnType<typeof sql>) => sql`(
    select jsonb_build_object('release', a.release, 'revision', a.revision, 'source', coalesce(a.source, s.source),
             'buildUrl', a.build_url, 'builtAt', a.built_at, 'announcedAt', r.announced_at, 'sizeBytes', a.size_bytes,
             'user', coalesce(a.image->>'user', ''), 'healthcheck', coalesce((a.image->>'healthcheck')::boolean, false))
      from artifact a
      join release r on r.project = a.project and r.key = a.release
      left join service s on s.project = a.project and s.name = a.service
     where a.project = ${project} and a.service = w.service and a.digest = ${digest}
     order by r.announced_at limit 1)`;
  const verified = (digest: ReturnType<typeof sql>) => sql`(
    select max(v.verified_at) from verification v
     where v.project = ${project} and v.service = w.service and v.environment = ${environment} and v.digest = ${digest})`;
  const rows = await db.query<Row>(
    sql`select w.service, ${image(sql`w."from"`)} as "from", ${image(sql`w."to"`)} as "to",
               case when d.service is null then null else jsonb_build_object(
                 'since', d.observed_since, 'seenAt', d.observed_at, 'ready', d.ready, 'desired', d.desired,
                 'health', d.health, 'healthReason', d.health_reason, 'driftSince', d.drift_since,
                 'verifiedAt', ${verified(sql`w."from"`)}) end as runs,
               (select coalesce(jsonb_agg(jsonb_build_object('environment', e.name, 'verifiedAt', v.verified_at,
                                                             'promotion', v.promotion) order by e.position), '[]')
                  from environment e
                  left join lateral (
                    select verified_at, promotion from verification
                     where project = ${project} and service = w.service and environment = e.name and digest = w."to"
                     order by verified_at desc limit 1) v on true
                 where e.project = ${project}) as path,
               case when w.back is not null then jsonb_build_object(
                 'verifiedAt', ${verified(sql`w.back`)}, 'undone', u.undone, 'undoneTotal', coalesce(u.total, 0),
                 'config', jsonb_build_object('verified', c.hash, 'present', d.observation->'config'->>'hash', 'seenAt', d.observed_at),
                 'reads', d.observation->'config'->'reads', 'together', coalesce((
                   select to_jsonb(p.services) from promotion p where p.id = d.wanted_promotion), '[]')) end as "wayBack",
               (select count(*)::int from promotion p
                 where p.project = ${project} and p.environment = ${environment} and w.service = any(p.services)
                   and p.phase in ('rolledBack', 'failed') and p.requested_at > now() - interval '30 days') as "recentFailures"
          from rows from (jsonb_to_recordset(${wanted}::jsonb) as (service text, "from" text, "to" text, back text, forth text))
               with ordinality as w (service, "from", "to", back, forth, place)
          left join deployment d on d.project = ${project} and d.service = w.service and d.environment = ${environment}
          left join lateral (${undone(project)}) u on true
          left join lateral (
            select v.config_hash as hash from verification v
             where v.project = ${project} and v.service = w.service and v.environment = ${environment} and v.digest = w.back
             order by v.verified_at desc limit 1) c on true
         order by w.place`,
  );
  return rows.map(factsOf);
}

/** Where it would go back to, and what that would undo. A rollback goes back itself. */
function backAndForth({ kind }: Plan, { from, to, rollback }: Plan["services"][number]) {
  return kind === "promote"
    ? { back: rollback?.digest ?? null, forth: to.digest }
    : { back: to.digest, forth: from?.digest ?? null };
}

const undoneMax = 50;

/** The releases of a service announced after the digest to go back to, up to the one to go back from. */
function undone(project: string) {
  const announced = (digest: ReturnType<typeof sql>) => sql`(
    select min(a.announced_at) from artifact a where a.project = ${project} and a.service = w.service and a.digest = ${digest})`;
  return sql`
    select case when bool_and(known) then coalesce(jsonb_agg(jsonb_build_object('release', release, 'migration', migration)
             order by announced_at desc, release) filter (where release is not null and place <= ${undoneMax}), '[]') end as undone,
           count(release)::int as total
      from (select b.since is not null and f.until is not null as known, a.release, a.migration, a.announced_at,
                   row_number() over (order by a.announced_at desc, a.release) as place
              from (select ${announced(sql`w.back`)} as since) b
              cross join (select ${announced(sql`w.forth`)} as until) f
              left join artifact a on a.project = ${project} and a.service = w.service and w.forth <> w.back
               and a.digest <> w.back and a.announced_at > b.since and a.announced_at <= f.until) between_them`;
}

function factsOf({ from, to, ...row }: Row): ServiceFacts {
  const compare = compareUrl(to?.source, from?.revision, to?.revision);
  return { ...row, from: imageOf(from), to: imageOf(to), ...(compare ? { compareUrl: compare } : {}) };
}

function imageOf(image: Row["to"]): ImageFacts | null {
  if (!image) return null;
  const { source, ...rest } = image;
  const url = commitUrl(source, image.revision);
  return { ...rest, ...(url ? { commitUrl: url } : {}) };
}
