import { type Sql, sql } from "@/lib/db/sql";
import type { MatrixShow } from "@/lib/queries/matrix-input";

/*
 * Pieces of SQL that say something of one cell of the matrix, in one place, so that the cell, the chip that filters and
 * the chip that counts mean the same. They read these aliases: d deployment, e its environment, and of `cellJoins`:
 * p the open promotion, h the standing hold, c the connection where it is in trouble, n the release that is next here.
 */

const announcedAt = (release: Sql) =>
  sql`(select r.announced_at from release r where r.project = d.project and r.key = ${release})`;

/** When the release that runs here was announced; long ago where nothing runs, or nothing that was announced. */
export const runsSince = sql`coalesce(${announcedAt(sql`coalesce(d.observed_release, d.wanted_release)`)}, '-infinity')`;

/** Succeeded in every environment that is required, beside the one it is taken from. */
const succeededInAll = sql`(e.requires_any or cardinality(e.requires) < 2 or not exists (
  select from unnest(e.requires) as need (name)
   where need.name <> u.environment and not exists (
     select from verification v where v.project = d.project and v.service = d.service and v.environment = need.name
        and v.digest = u.verified_digest)))`;

/**
 * The release that could come here next, if what runs is another one: in the first environment the newest announced,
 * behind it the one verified last where the policy wants it (or, without one, in the environment before), if it is newer.
 */
const next = sql`
  select o.release, o.version, o.digest, o.via, exists (
           select from block b where b.project = d.project and b.service = d.service and b.environment = d.environment
              and b.digest = o.digest and b.lifted_at is null) as blocked
    from ((select a.release, (select r.version from release r where r.project = a.project and r.key = a.release) as version,
                  a.digest, null as via
             from artifact a
            where e.position = 0 and cardinality(e.requires) = 0 and a.project = d.project and a.service = d.service
            order by a.announced_at desc, a.release desc limit 1)
          union all
          (select u.verified_release, u.verified_version, u.verified_digest, u.environment
             from deployment u
            where u.project = d.project and u.service = d.service
              and u.environment = any(case when cardinality(e.requires) > 0 then e.requires else array(
                    select before.name from environment before
                     where before.project = e.project and before.position = e.position - 1) end)
              and u.verified_digest is distinct from d.observed_digest and ${succeededInAll}
              and ${announcedAt(sql`u.verified_release`)} > ${runsSince}
            order by u.verified_at desc limit 1)) o
   where o.digest is distinct from d.observed_digest`;

export const cellJoins = sql`
  left join promotion p on p.id = d.open_promotion
  left join hold h on h.project = d.project and h.environment = d.environment and h.lifted_at is null
  left join connection c on c.name = d.target ->> 'connection' and c.trouble is not null
   and c.checked_at > coalesce(d.observed_at, '-infinity')
  left join lateral (${next}) n on true`;

/** Somebody looks: a worker gave a sign of life. Without one, what was seen is not what is. */
export const isObserving = sql`exists (
  select from process_beat where role = 'worker' and beat_at > now() - interval '60 seconds')`;

/** What is stored of the health was seen, and through a connection that has answered since. */
export const wasSeen = sql`(d.observed_at is not null and c.name is null)`;

/** Whether a cell belongs to what a chip leaves. */
export const cellShows: Record<Exclude<MatrixShow, "all">, Sql> = {
  canMove: sql`(n.digest is not null and not n.blocked and h.id is null and p.release is distinct from n.release)`,
  inFlight: sql`(d.open_phase in ('rollingOut', 'verifying', 'rollingBack'))`,
  waiting: sql`(d.open_phase in ('waiting', 'queued'))`,
  stopped: sql`(d.open_phase = 'stuck' or n.blocked or (h.id is not null and (n.digest is not null or p.id is not null))
                or (p.phase = 'waiting' and p.state -> 'verdicts' @> '[{"status": "fail"}]'))`,
  unhealthy: sql`(d.health in ('degraded', 'failing', 'unknown') or not ${wasSeen})`,
  drift: sql`(d.drift_digest is not null)`,
};
