import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Calendar } from "@/lib/pipeline/calendar/closings";
import { closedNote, type FreezeStanding, freezeStanding } from "@/lib/pipeline/gates/freeze-standing";
import { isObserving, joinTrouble, wasSeen } from "@/lib/queries/cell-sql";
import { instant } from "@/lib/queries/instant";
import { projectsInSightOf } from "@/lib/queries/visible-projects";

/** A standing hold of an environment or of a whole project. Times are ISO 8601, UTC. */
export interface StandingHold {
  reason: string;
  by: string;
  at: string;
}

/** An environment as a line of its project's route. */
export interface EnvironmentLine {
  project: string;
  environment: string;
  tag: string | null;
  /** A person must sign before a release comes here: whoever acts types its name. */
  protected: boolean;
  requires: string[];
  requiresAny: boolean;
  /** The kinds of its gates that decide, in their order; those in shadow are left out. */
  gates: string[];
  /** Its own; the whole project's stands in `projects`. */
  hold: StandingHold | null;
  /** By which windows a calendar closes it, and when it opens; null where it is open. */
  closed: string | null;
  /** Services that run here, those of them that were seen healthy, and those that drifted. */
  running: number;
  healthy: number;
  drifted: number;
  /** Promotions that wait or queue for it, and that are under way in it. */
  waiting: number;
  moving: number;
  may: { hold: boolean; release: boolean };
}

/** A project, and whether all of it is held. */
export interface ProjectStanding {
  project: string;
  hold: StandingHold | null;
  may: { hold: boolean; release: boolean };
}

export interface EnvironmentsView {
  asOf: string;
  projects: ProjectStanding[];
  environments: EnvironmentLine[];
}

type Row = Omit<EnvironmentLine, "may" | "closed"> & { observing: boolean; freezes: Calendar[] };

/** The environments of the projects that the principal may see, by project, in the order in which releases reach them. */
export async function listEnvironments(
  db: Queryable,
  principal: Principal,
  { projects: wanted, now }: { projects?: readonly string[]; now: string },
): Promise<EnvironmentsView> {
  const projects = projectsInSightOf(principal, wanted);
  const within = projects === null ? sql`true` : sql`e.project = any(${projects})`;
  const held = await db.query<{ project: string; hold: StandingHold }>(sql`
    select e.project, json_build_object('reason', e.reason, 'by', e.held_by ->> 'name', 'at', ${instant(sql`e.held_at`)}) as hold
      from hold e where e.environment is null and e.lifted_at is null and ${within}`);
  const rows = await db.query<Row>(sql`
    select e.project, e.name as environment, e.tag, e.protected, e.requires, e.requires_any as "requiresAny", e.freezes,
           coalesce(
             (select jsonb_agg(gate ->> 'kind' order by nth)
                from project owner, jsonb_array_elements(owner.document -> 'environments') place,
                     jsonb_array_elements(place -> 'gates') with ordinality as named (gate, nth)
               where owner.name = e.project and place ->> 'name' = e.name and gate ->> 'shadow' is distinct from 'true'),
             '[]') as gates,
           ${isObserving} as observing,
           case when h.id is not null then json_build_object('reason', h.reason, 'by', h.held_by ->> 'name', 'at', ${instant(sql`h.held_at`)}) end as hold,
           coalesce(r.running, 0) as running, coalesce(r.healthy, 0) as healthy, coalesce(r.drifted, 0) as drifted,
           coalesce(o.waiting, 0) as waiting, coalesce(o.moving, 0) as moving
      from environment e
      left join hold h on h.project = e.project and h.environment = e.name and h.lifted_at is null
      left join (
        select d.project, d.environment, count(d.observed_digest) as running, count(d.drift_digest) as drifted,
               count(d.observed_digest) filter (where d.health = 'healthy' and ${wasSeen}) as healthy
          from deployment d join service s on s.project = d.project and s.name = d.service ${joinTrouble}
         group by d.project, d.environment) r on r.project = e.project and r.environment = e.name
      left join (
        select p.project, p.environment, count(*) filter (where p.phase in ('waiting', 'queued')) as waiting,
               count(*) filter (where p.phase not in ('waiting', 'queued')) as moving
          from promotion p where p.ended_at is null group by p.project, p.environment) o
        on o.project = e.project and o.environment = e.name
     where ${within}
     order by e.project, e.position`);
  return {
    asOf: now,
    projects: [...new Set(rows.map((row) => row.project))].map((project) => ({
      project,
      hold: held.find((one) => one.project === project)?.hold ?? null,
      may: { hold: can(principal, "hold", { project }), release: can(principal, "release", { project }) },
    })),
    environments: rows.map(({ observing, freezes, ...row }) => {
      const scope = { project: row.project, environment: row.environment };
      return {
        ...row,
        closed: closedWords(freezeStanding(freezes, now)),
        healthy: observing ? row.healthy : 0,
        may: { hold: can(principal, "hold", scope), release: can(principal, "release", scope) },
      };
    }),
  };
}

function closedWords(standing: FreezeStanding): string | null {
  if (standing.state === "open") return null;
  return standing.state === "closed" ? closedNote(standing) : "its calendar cannot be read";
}
