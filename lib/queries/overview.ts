import type { Principal } from "@/lib/auth/principal";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import { waitsForThem } from "@/lib/queries/approval-standing";
import { type ApprovalLine, loadApprovals } from "@/lib/queries/approvals";
import { instant } from "@/lib/queries/instant";
import { type MatrixSummary, readMatrixSummary } from "@/lib/queries/matrix-summary";
import { projectsInSightOf } from "@/lib/queries/visible-projects";

/** What stands above the matrix. Times are ISO 8601, UTC; digests as they are stored. */
export interface OverviewView {
  summary: MatrixSummary;
  waiting: {
    /** Approvals and checklists that wait for whoever looks, the soonest to expire first. */
    tasks: (Pick<
      ApprovalLine,
      "id" | "project" | "services" | "version" | "environment" | "expiresAt" | "given" | "needed"
    > & {
      /** How many items they may tick, where it is not their yes that is waited for; 0 where it is. */
      toTick: number;
    })[];
    total: number;
    /** Of them those of which a tick is waited for, not a yes. */
    checklists: number;
    /** Overrides that whoever looks may confirm or review. */
    overrides: number;
    /** Approvals that wait for other people. */
    others: number;
  };
  inFlight: { tasks: FlightTask[]; total: number };
  stopped: { tasks: StoppedTask[]; total: number; counts: Record<StoppedTask["kind"], number> };
}

export interface FlightTask {
  id: string;
  project: string;
  phase: "queued" | "rollingOut" | "verifying" | "rollingBack";
  services: string[];
  version: string;
  environment: string;
  since: string;
  /** Services that were seen running it, or checks that hold, of all. */
  done?: number;
  of?: number;
}

export type StoppedTask =
  | { kind: "stuck"; id: string; project: string; services: string[]; version: string; environment: string; at: string }
  | { kind: "hold"; project: string; environment: string | null; reason: string; by: string; at: string }
  | { kind: "automation"; project: string; service: string; environment: string; by: string; at: string }
  | { kind: "drift"; project: string; service: string; environment: string; digest: string; at: string | null }
  | {
      kind: "block";
      project: string;
      service: string;
      environment: string;
      digest: string;
      version: string | null;
      at: string;
    };

/** The strip prints three lines a box. */
const tasksMax = 3;

/** What needs somebody, what is under way and what is stopped, in the projects that the principal may see. */
export async function readOverview(
  db: Queryable,
  principal: Principal,
  { projects: wanted, now }: { projects?: readonly string[]; now: string },
): Promise<OverviewView> {
  const projects = projectsInSightOf(principal, wanted) ?? (await everyProject(db));
  const [summary, approvals, [flights], [stops]] = await Promise.all([
    readMatrixSummary(db, principal, wanted),
    loadApprovals(db, principal, { projects, now }),
    db.query<{ tasks: FlightTask[] | null; total: number }>(flightsStatement(projects)),
    db.query<StoredStops>(stopsStatement(projects)),
  ]);
  const tasks = stops?.tasks ?? [];
  const counts = { stuck: 0, hold: 0, automation: 0, drift: 0, block: 0, ...stops?.counts };
  return {
    summary,
    waiting: {
      tasks: approvals.mine.slice(0, tasksMax).map((line) => {
        const { id, project, services, version, environment, expiresAt, given, needed } = line;
        const toTick = onlyTicks(line) ? line.toTick.length : 0;
        return { id, project, services, version, environment, expiresAt, given, needed, toTick };
      }),
      total: approvals.mine.length,
      checklists: approvals.mine.filter(onlyTicks).length,
      overrides: approvals.overrides.filter((one) => one.mayConfirm || one.mayReview).length,
      others: approvals.others.length,
    },
    inFlight: { tasks: flights?.tasks ?? [], total: flights?.total ?? 0 },
    stopped: { tasks, total: Object.values(counts).reduce((sum, count) => sum + count, 0), counts },
  };
}

function onlyTicks({ standing }: ApprovalLine): boolean {
  return !waitsForThem(standing);
}

interface StoredStops {
  tasks: StoppedTask[] | null;
  counts: Partial<Record<StoppedTask["kind"], number>> | null;
}

async function everyProject(db: Queryable): Promise<string[]> {
  return (await db.query<{ name: string }>(sql`select name from project`)).map((row) => row.name);
}

/** Services that were seen running it; while verifying, the checks that hold. */
const progress = sql`
  case p.phase
    when 'rollingOut' then (
      select json_build_object('done', count(*) filter (where r ->> 'phase' = 'observed'), 'of', count(*))
        from jsonb_array_elements(p.state -> 'rollouts') r)
    when 'verifying' then (
      select json_build_object('done', count(*) filter (where c ->> 'status' in ('good', 'passed')), 'of', count(*))
        from jsonb_array_elements(p.state -> 'checks') c)
  end`;

function flightsStatement(projects: string[]): Sql {
  return sql`
    with moving as (
      select p.* from promotion p
       where p.ended_at is null and p.phase in ('queued', 'rollingOut', 'verifying', 'rollingBack') and p.project = any(${projects})),
    shown as (select * from moving order by phase = 'queued', changed_at desc limit ${tasksMax})
    select (select count(*)::int from moving) as total,
           (select json_agg(json_strip_nulls(json_build_object('id', p.id, 'project', p.project, 'phase', p.phase, 'services', p.services,
                     'version', p.version, 'environment', p.environment, 'since', ${instant(sql`p.changed_at`)}, 'done', g.part -> 'done', 'of', g.part -> 'of'))
                     order by p.phase = 'queued', p.changed_at desc)
              from shown p cross join lateral (select ${progress} as part) g) as tasks`;
}

/** A block counts until another release succeeded where it stands: then the line moves again by itself. */
function stopsStatement(projects: string[]): Sql {
  return sql`
    with stuck as (
      select 0 as rank, changed_at as at, json_build_object('kind', 'stuck', 'id', id, 'project', project, 'services', services,
             'version', version, 'environment', environment, 'at', ${instant(sql`changed_at`)}) as task
        from promotion where ended_at is null and phase = 'stuck' and project = any(${projects})),
    holds as (
      select 1, held_at, json_build_object('kind', 'hold', 'project', project, 'environment', environment, 'reason', reason,
             'by', held_by ->> 'name', 'at', ${instant(sql`held_at`)})
        from hold where lifted_at is null and project = any(${projects})),
    automations as (
      select 2, held_at, json_build_object('kind', 'automation', 'project', project, 'service', service, 'environment', environment,
             'by', held_by ->> 'name', 'at', ${instant(sql`held_at`)})
        from automation_hold where lifted_at is null and project = any(${projects})),
    drifts as (
      select 3, d.drift_since, json_build_object('kind', 'drift', 'project', d.project, 'service', d.service,
             'environment', d.environment, 'digest', d.drift_digest, 'at', ${instant(sql`d.drift_since`)})
        from deployment d join environment e on e.project = d.project and e.name = d.environment
        join service s on s.project = d.project and s.name = d.service
       where d.drift_digest is not null and d.project = any(${projects})),
    blocks as (
      select 4, b.blocked_at, json_build_object('kind', 'block', 'project', b.project, 'service', b.service,
             'environment', b.environment, 'digest', b.digest, 'at', ${instant(sql`b.blocked_at`)}, 'version', (
               select r.version from artifact a join release r on r.project = a.project and r.key = a.release
                where a.project = b.project and a.service = b.service and a.digest = b.digest order by r.announced_at desc limit 1))
        from block b
       where b.lifted_at is null and b.project = any(${projects}) and not exists (
         select from verification v where v.project = b.project and v.service = b.service
            and v.environment = b.environment and v.verified_at > b.blocked_at and v.digest <> b.digest)),
    stops as (select * from stuck union all select * from holds union all select * from automations union all select * from drifts union all select * from blocks)
    select (select json_object_agg(kind, count) from (
             select task ->> 'kind' as kind, count(*) from stops group by 1) k) as counts,
           (select json_agg(task order by rank, at desc nulls last) from (
             select * from stops order by rank, at desc nulls last limit ${tasksMax}) t) as tasks`;
}
