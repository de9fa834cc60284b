import { type Queryable, sql } from "@/lib/db/sql";

/** A release that the policy of an environment says should be asked for. */
export interface Wanted {
  project: string;
  environment: string;
  release: string;
}

/** Digests of a release that keep automation off: see `findWanted`. Aliases: a artifact, d deployment, r release. */
const keepsOff = sql`
  d.observed_at is null
  or d.drift_digest is not null
  or d.open_phase = 'stuck'
  or exists (select from automation_hold h where h.project = d.project and h.service = d.service
                and h.environment = d.environment and h.lifted_at is null)
  or a.digest is distinct from d.wanted_digest and (
    exists (select from pin n where n.project = d.project and n.service = d.service
               and n.environment = d.environment and n.digest <> a.digest and n.lifted_at is null)
    or exists (select from block b where b.project = d.project and b.service = d.service
                  and b.environment = d.environment and b.digest = a.digest and b.lifted_at is null)
    or exists (select from rollout o where o.project = d.project and o.service = d.service
                  and o.environment = d.environment and o.to_digest = a.digest
                  and o.phase in ('rolledBack', 'failed', 'aborted'))
    or exists (select from verification v where v.project = d.project and v.service = d.service
                  and v.environment = d.environment and v.digest = a.digest)
    or a.announced_at <= coalesce(
         (select max(s.announced_at) from artifact s where s.project = d.project and s.service = d.service
             and s.digest = d.wanted_digest),
         d.wanted_since, '-infinity'))`;

/**
 * What automation should ask for at this moment: in `newest` the release announced last of each service, in
 * `matchUpstream` the one that a required environment verified last, once it succeeded wherever else it must. Never what
 * was there or was asked for there before, what failed or was stopped there under any name, what is blocked, pinned away or not newer than what should run; nothing where
 * nobody has looked yet, where a rollback by a person holds it, where something drifted or is stuck.
 */
export async function findWanted(db: Queryable, only?: Wanted): Promise<Wanted[]> {
  const within = only ? sql`and e.project = ${only.project} and e.name = ${only.environment}` : sql.empty;
  return db.query<Wanted>(sql`
    with place as (
      select e.project, e.name as environment, e.position, e.auto_promote as how, e.requires, e.requires_any as any, d.service
        from environment e join deployment d on d.project = e.project and d.environment = e.name
        join service s on s.project = d.project and s.name = d.service
       where e.auto_promote <> 'off' ${within}),
    candidate as (
      select p.project, p.environment, p.position, n.release
        from place p cross join lateral (
          select a.release from artifact a where a.project = p.project and a.service = p.service
           order by a.announced_at desc, a.release desc limit 1) n
       where p.how = 'newest'
      union
      select p.project, p.environment, p.position, n.release
        from place p cross join lateral (
          select u.verified_release as release from deployment u
           where u.project = p.project and u.service = p.service and u.environment = any(p.requires)
             and u.verified_release is not null
             and not exists (select from block t where t.project = u.project and t.service = u.service
                                and t.digest = u.verified_digest and t.environment = u.environment and t.lifted_at is null)
             and (p.any or not exists (
               select from unnest(p.requires) as need (name)
                where need.name <> u.environment and not exists (
                  select from verification v where v.project = p.project and v.service = p.service
                     and v.environment = need.name and v.digest = u.verified_digest)))
           order by u.verified_at desc limit 1) n
       where p.how = 'matchUpstream')
    select c.project, c.environment, c.release
      from candidate c join release r on r.project = c.project and r.key = c.release
     where ${only ? sql`c.release = ${only.release}` : sql`true`}
       and not exists (select from promotion m where m.project = c.project and m.environment = c.environment
                          and m.release = c.release and m.kind = 'promote')
       and exists (select from artifact a join deployment d on d.project = a.project and d.service = a.service
                    where a.project = c.project and a.release = c.release and d.environment = c.environment
                      and a.digest is distinct from d.wanted_digest)
       and not exists (select from artifact a join deployment d on d.project = a.project and d.service = a.service
                        where a.project = c.project and a.release = c.release and d.environment = c.environment
                          and (${keepsOff}))
     order by c.project, c.position, r.announced_at, c.release`);
}
