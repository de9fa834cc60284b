import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { readableProjects } from "@/lib/queries/api/visible";

export interface HoldView {
  id: string;
  project: string;
  /** Null: the whole project is held. */
  environment: string | null;
  reason: string;
  heldBy: Actor;
  heldAt: string;
}

export interface BlockView {
  id: string;
  project: string;
  environment: string;
  service: string;
  digest: string;
  reason: string;
  nextStep: string;
  promotion: string | null;
  blockedBy: Actor;
  blockedAt: string;
}

const most = 1_000;

/** The holds that stand, newest first, 1,000 at most: an environment has one, and a project. */
export async function listHolds(db: Queryable, principal: Principal, project?: string): Promise<HoldView[]> {
  const projects = await readableProjects(db, principal, project);
  return db.query<HoldView>(sql`
    select id, project, environment, reason, held_by as "heldBy", held_at as "heldAt"
      from hold where project = any(${projects}) and lifted_at is null
     order by held_at desc, id limit ${most}`);
}

/** The blocks that stand, newest first, 1,000 at most. */
export async function listBlocks(
  db: Queryable,
  principal: Principal,
  filter: { project?: string; environment?: string; service?: string },
): Promise<BlockView[]> {
  const projects = await readableProjects(db, principal, filter.project);
  const { environment, service } = filter;
  return db.query<BlockView>(sql`
    select id, project, environment, service, digest, reason, next_step as "nextStep", promotion,
           blocked_by as "blockedBy", blocked_at as "blockedAt"
      from block
     where project = any(${projects}) and lifted_at is null
       ${environment === undefined ? sql.empty : sql`and environment = ${environment}`}
       ${service === undefined ? sql.empty : sql`and service = ${service}`}
     order by blocked_at desc, id limit ${most}`);
}
