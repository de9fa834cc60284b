import { type Sql, sql } from "@/lib/db/sql";
import { joinHoldOf } from "@/lib/queries/hold-sql";
import type { MatrixShow } from "@/lib/queries/matrix-input";

/*
 * Pieces of SQL that say something of one cell of the matrix, in one place, so that the cell, the chip that filters and
 * the chip that counts mean the same. They read these aliases: d deployment, e its environment, p the open promotion,
 * h the standing hold, c the connection where it is in trouble, n the release that is next here.
 */

/** Somebody looks: a worker gave a sign of life. Without one, what was seen is not what is. */
export const isObserving = sql`exists (
  select from process_beat where role = 'worker' and beat_at > now() - interval '60 seconds')`;

/** What is stored of the health was seen, and its connection has not failed since. */
export const wasSeen = sql`(d.observed_at is not null and c.name is null)`;

export const joinOpen = sql`left join promotion p on p.id = d.open_promotion`;
export const joinHold = joinHoldOf(sql`d.project`, sql`d.environment`);
export const joinTrouble = sql`
  left join connection c on c.name = d.target ->> 'connection' and c.trouble is not null
   and c.checked_at > coalesce(d.observed_at, '-infinity')`;

/** The health of what is seen; what cannot be seen any more is unknown, in the words of what is in the way. */
export const healthNow = sql`case when c.name is null then d.health else 'unknown' end`;
export const healthReasonNow = sql`case when c.name is null then d.health_reason else 'cannot be seen: ' || c.trouble end`;

const announcedAt = (release: Sql) =>
  sql`(select r.announced_at from release r where r.project = d.project and r.key = ${release})`;

/** When the release that runs here was announced; long ago where nothing runs, or nothing that was announced. */
export const runsSince = sql`coalesce(${announcedAt(sql`coalesce(d.observed_release, d.wanted_release)`)}, '-infinity')`;

/** Where a release comes from: what the policy requires, or without that the environment before. */
const upstream = sql`
  case when cardinality(e.requires) > 0 then e.requires else array(
    select before.name from environment before
     where before.project = e.project and before.position = e.position - 1) end`;

/** Nothing guards it and nothing is before it: whatever is announced may come here first. */
const isFirst = sql`e.position = 0 and cardinality(e.requires) = 0`;

/** What environment `u` verified last may come here: it is newer, not blocked there since, and succeeded wherever else it must. */
const mayFollow = sql`
  u.verified_digest is distinct from d.observed_digest
  and (e.requires_any or cardinality(e.requires) < 2 or not exists (
    select from unnest(e.requires) as need (name)
     where need.name <> u.environment and not exists (
       select from verification v where v.project = d.project and v.service = d.service and v.environment = need.name
          and v.digest = u.verified_digest)))
  and not exists (
    select from block t where t.project = u.project and t.service = u.service and t.digest = u.verified_digest
       and t.environment = u.environment and t.lifted_at is null)
  and ${announcedAt(sql`u.verified_release`)} > ${runsSince}`;

const isBlocked = (digest: Sql) => sql`exists (
  select from block b where b.project = d.project and b.service = d.service and b.environment = d.environment
     and b.digest = ${digest} and b.lifted_at is null)`;

const newestAnnounced = sql`
  select a.release, a.digest from artifact a where a.project = d.project and a.service = d.service
   order by a.announced_at desc, a.release desc limit 1`;

/**
 * The release that could come here next, if what runs is another one: in the first environment the newest announced,
 * behind it the one verified last where it comes from, if it is newer. For few cells: each is looked up by itself.
 */
export const joinNext = sql`
  left join lateral (
    select o.release, o.digest, o.version, o.via, ${isBlocked(sql`o.digest`)} as blocked
      from ((select a.release, a.digest, r.version, null as via
               from (${newestAnnounced}) a join release r on r.project = d.project and r.key = a.release
              where ${isFirst})
            union all
            (select u.verified_release, u.verified_digest, u.verified_version, u.environment
               from deployment u
              where u.project = d.project and u.service = d.service and u.environment = any(${upstream}) and ${mayFollow}
              order by u.verified_at desc limit 1)) o
     where o.digest is distinct from d.observed_digest) n on true`;

/**
 * CTEs that answer the same for all cells at once, where a set costs less than that many look-ups: `movable` has the
 * cells with something next. `visible` limits the deployments `d`.
 */
export const movableOf = (visible: Sql) => sql`
  stops as materialized (
    select e.project, e.name, e.requires, e.requires_any, up.name as up
      from environment e cross join lateral unnest(${upstream}) as up (name)),
  movable as materialized (
    (select distinct on (d.project, d.service, d.environment) d.project, d.service, d.environment,
            u.verified_release as release, ${isBlocked(sql`u.verified_digest`)} as blocked
       from stops e join deployment d on d.project = e.project and d.environment = e.name
       join deployment u on u.project = d.project and u.service = d.service and u.environment = e.up
      where ${visible} and ${mayFollow}
      order by d.project, d.service, d.environment, u.verified_at desc)
    union all
    (select d.project, d.service, d.environment, a.release, ${isBlocked(sql`a.digest`)}
       from environment e join deployment d on d.project = e.project and d.environment = e.name
      cross join lateral (${newestAnnounced}) a
      where ${visible} and ${isFirst} and a.digest is distinct from d.observed_digest))`;

const cellsFrom = (more: Sql) => sql`
  select d.project, d.service from deployment d join environment e on e.project = d.project and e.name = d.environment ${more}`;

const movableCells = (more: Sql) => sql`
  select d.project, d.service from movable n
    join deployment d on d.project = n.project and d.service = n.service and d.environment = n.environment ${more}`;

/**
 * The services with a cell that belongs to what a chip leaves, each as often as it has such cells. Those that read
 * `movable` need its CTE. Conditions on what is rare go by the index deployment_notable.
 */
export const chipServices: Record<
  Exclude<MatrixShow, "all">,
  { reads: "cells" | "movable"; services: (visible: Sql) => Sql }
> = {
  canMove: {
    reads: "movable",
    services: () =>
      movableCells(sql`${joinOpen} ${joinHold}
      where not n.blocked and h.id is null and p.release is distinct from n.release`),
  },
  inFlight: {
    reads: "cells",
    services: (visible) =>
      cellsFrom(sql`
      where ${visible} and d.open_promotion is not null and d.open_phase in ('rollingOut', 'verifying', 'rollingBack')`),
  },
  waiting: {
    reads: "cells",
    services: (visible) =>
      cellsFrom(sql`
      where ${visible} and d.open_promotion is not null and d.open_phase in ('waiting', 'queued')`),
  },
  stopped: {
    reads: "movable",
    services: (visible) => sql`
      ${cellsFrom(sql`${joinOpen} ${joinHold}
        where ${visible} and d.open_promotion is not null
          and (d.open_phase = 'stuck' or h.id is not null
               or (d.open_phase = 'waiting' and p.state -> 'verdicts' @> '[{"status": "fail"}]'))`)}
      union all ${movableCells(sql`${joinHold} where n.blocked or h.id is not null`)}`,
  },
  unhealthy: {
    reads: "cells",
    services: (visible) =>
      cellsFrom(sql`${joinTrouble}
      where ${visible} and (d.health in ('degraded', 'failing', 'unknown') or not ${wasSeen})`),
  },
  drift: {
    reads: "cells",
    services: (visible) => cellsFrom(sql`where ${visible} and d.drift_digest is not null`),
  },
};
