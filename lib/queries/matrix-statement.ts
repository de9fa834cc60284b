import { prepared, type Sql, sql } from "@/lib/db/sql";
import {
  chipServices,
  isObserving,
  joinNext,
  joinOpen,
  joinTrouble,
  movableOf,
  runsSince,
} from "@/lib/queries/cell-sql";
import { joinHoldOf } from "@/lib/queries/hold-sql";
import type { MatrixInput } from "@/lib/queries/matrix-input";

/**
 * One statement for one screenful. Without a filter its cost depends on the lines asked for alone: a service's place is
 * its (project, position), positions have no gaps, and each cell is looked up by keys. `projects` null: every one.
 */
export function matrixStatement(projects: string[] | null, input: MatrixInput): Sql {
  const isFiltered = input.text !== "" || input.show !== "all";
  const page = isFiltered ? filteredPage(projects, input) : wholePage(projects, input);
  return prepared(
    `matrix ${input.show}${input.text === "" ? "" : " text"}${projects === null ? " every project" : ""}`,
    sql`${page}
      select now() as "asOf", ${isObserving} as observing,
             (select json_agg(json_build_object('name', v.project, 'services', v.services, 'environments', (${route}))
                              order by v.project)
                from visible v) as projects,
             (select json_agg(json_build_object('project', s.project, 'service', s.name, 'repository', s.repository,
                              'cells', coalesce(r.cells, '[]')) order by s.place)
                from page s cross join lateral (${rowCells}) r) as rows`,
  );
}

/** The environments of a project, with what holds them and the calendars that close them. */
const route = sql`
  select coalesce(json_agg(json_strip_nulls(json_build_object('name', e.name, 'held', h.reason, 'holder', h.held_by ->> 'name',
                           'freezes', nullif(e.freezes, '[]')))
                           order by e.position), '[]')
    from environment e ${joinHoldOf(sql`e.project`, sql`e.name`)}
   where e.project = v.project`;

/** Releases that succeeded where the next one comes from and are newer than what runs here; 99 say "many". */
const ahead = sql`
  select count(*) from (
    select distinct v.digest
      from verification v join release r on r.project = v.project and r.key = v.release
     where v.project = d.project and v.service = d.service and v.environment = n.via
       and v.verified_at > ${runsSince} and r.announced_at > ${runsSince}
       and v.digest is distinct from d.observed_digest
     limit 99) newer`;

/** What a person wants to know of an open promotion in so small a place. */
const openDetail = sql`
  case p.phase when 'waiting' then p.state -> 'verdicts' when 'verifying' then p.state -> 'checks' end`;

/** Ready pods that run what is being brought here; an index counts by any of its platforms. */
const movedPods = sql`
  select count(*) from jsonb_array_elements(d.observation -> 'pods') pod, rollout o
   where o.promotion = p.id and o.service = d.service and (pod ->> 'ready')::boolean
     and (pod ->> 'digest' = o.to_digest or exists (
       select from artifact a where a.project = d.project and a.service = d.service and a.digest = o.to_digest
          and pod ->> 'digest' = any(a.platforms)))`;

/** The share of the requests that a canary, or what a controller rolls out, was seen with last; null for any other strategy. */
const canaryWeight = sql`
  select coalesce((s.step -> 'step' ->> 'weight')::int, (s.step -> 'facts' ->> 'weight')::int, 0)
    from jsonb_array_elements(p.state -> 'rollouts') r,
         jsonb_array_elements(r -> 'steps') with ordinality as s (step, place)
   where r ->> 'service' = d.service
     and (s.step ->> 'status' = 'done' and s.step -> 'step' ->> 'kind' in ('startCanary', 'weight', 'trafficHome')
          or s.step ->> 'status' = 'accepted' and s.step -> 'step' ->> 'kind' = 'follow'
             and coalesce(s.step -> 'facts' ->> 'weight', '') <> '')
   order by s.place desc limit 1`;

const milliseconds = (moment: Sql) => sql`(extract(epoch from ${moment}) * 1000)::bigint`;

const rowCells = sql`
  select json_agg(json_strip_nulls(json_build_object(
           'environment', d.environment, 'health', d.health, 'reason', d.health_reason,
           'version', d.observed_version, 'digest', substr(d.observed_digest, 8),
           'since', ${milliseconds(sql`d.observed_since`)}, 'seen', d.observed_at is not null, 'trouble', c.name,
           'ready', d.ready, 'desired', d.desired,
           'bad', (select r.bad from signal_reading r where r.project = d.project and r.service = d.service
                      and r.environment = d.environment and r.fresh_until > now()),
           'drift', case when d.drift_digest is not null then json_build_object('digest', d.drift_digest,
                         'wanted', coalesce(d.wanted_version, d.wanted_digest)) end,
           'open', case when p.id is not null then json_build_object('id', p.id, 'phase', p.phase, 'version', p.version,
                        'release', p.release, 'detail', ${openDetail},
                        'moved', case when p.phase = 'rollingOut' then (${movedPods}) end,
                        'weight', case when p.phase = 'rollingOut' then (${canaryWeight}) end) end,
           'next', case when n.digest is not null then json_build_object('release', n.release, 'version', n.version,
                        'blocked', n.blocked, 'ahead', case when n.via is not null then (${ahead}) end) end))
           order by e.position) as cells
    from deployment d join environment e on e.project = d.project and e.name = d.environment
    ${joinOpen} ${joinTrouble} ${joinNext}
   where d.project = s.project and d.service = s.name`;

/** `visible` (projects with how many services match) and `page` (the services asked for), by position alone. */
function wholePage(projects: string[] | null, { offset, limit }: MatrixInput): Sql {
  return sql`
    with counted as materialized (
      select p.name as project, coalesce((
               select s.position + 1 from service s where s.project = p.name order by s.position desc limit 1), 0) as services
        from project p where ${within(sql`p.name`, projects)}),
    visible as materialized (
      select project, services, (sum(services) over (order by project) - services)::int as first from counted),
    page as materialized (
      select v.project, s.name, s.repository, v.first + s.position as place
        from visible v cross join lateral (
          select s.name, s.repository, s.position from service s
           where s.project = v.project and s.position >= ${offset}::int - v.first
             and s.position < ${offset}::int + ${limit}::int - v.first
           order by s.position limit ${limit}::int) s
       where v.first < ${offset}::int + ${limit}::int and v.first + v.services > ${offset}::int)`;
}

/** The same where services are picked out: all cells of the projects are looked at, none of the ledger. */
function filteredPage(projects: string[] | null, { offset, limit, text, show }: MatrixInput): Sql {
  const pattern = `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const fits = text === "" ? sql.empty : sql`and (s.name ilike ${pattern} or s.repository ilike ${pattern})`;
  const chip = show === "all" ? undefined : chipServices[show];
  const visible = within(sql`d.project`, projects);
  return sql`
    with ${chip?.reads === "movable" ? sql`${movableOf(visible)},` : sql.empty}
    matching as materialized (
      select s.project, s.name, s.repository, row_number() over (order by s.project, s.position)::int - 1 as place
        from service s where ${within(sql`s.project`, projects)} ${fits}
         ${chip ? sql`and (s.project, s.name) in (${chip.services(visible)})` : sql.empty}),
    visible as materialized (
      select p.name as project, count(m.project)::int as services
        from project p left join matching m on m.project = p.name
       where ${within(sql`p.name`, projects)} group by p.name),
    page as materialized (
      select * from matching where place >= ${offset}::int and place < ${offset}::int + ${limit}::int)`;
}

function within(column: Sql, projects: string[] | null): Sql {
  return projects === null ? sql`true` : sql`${column} = any(${projects})`;
}
