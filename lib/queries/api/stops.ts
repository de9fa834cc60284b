import type { Principal } from "@/lib/auth/principal";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
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

export interface PinView {
  id: string;
  project: string;
  environment: string;
  service: string;
  digest: string;
  reason: string;
  pinnedBy: Actor;
  pinnedAt: string;
}

export interface AutomationHoldView {
  id: string;
  project: string;
  environment: string;
  service: string;
  reason: string;
  promotion: string | null;
  heldBy: Actor;
  heldAt: string;
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
  return db.query<BlockView>(sql`
    select id, project, environment, service, digest, reason, next_step as "nextStep", promotion,
           blocked_by as "blockedBy", blocked_at as "blockedAt"
      from block
     where project = any(${projects}) and lifted_at is null ${placeOf(filter)}
     order by blocked_at desc, id limit ${most}`);
}

/** The pins that stand, newest first, 1,000 at most. */
export async function listPins(
  db: Queryable,
  principal: Principal,
  filter: { project?: string; environment?: string; service?: string },
): Promise<PinView[]> {
  const projects = await readableProjects(db, principal, filter.project);
  return db.query<PinView>(sql`
    select id, project, environment, service, digest, reason, pinned_by as "pinnedBy", pinned_at as "pinnedAt"
      from pin
     where project = any(${projects}) and lifted_at is null ${placeOf(filter)}
     order by pinned_at desc, id limit ${most}`);
}

/** Where rollbacks hold automatic promotion, newest first, 1,000 at most. */
export async function listAutomationHolds(
  db: Queryable,
  principal: Principal,
  filter: { project?: string; environment?: string; service?: string },
): Promise<AutomationHoldView[]> {
  const projects = await readableProjects(db, principal, filter.project);
  return db.query<AutomationHoldView>(sql`
    select id, project, environment, service, reason, promotion, held_by as "heldBy", held_at as "heldAt"
      from automation_hold
     where project = any(${projects}) and lifted_at is null ${placeOf(filter)}
     order by held_at desc, id limit ${most}`);
}

function placeOf({ environment, service }: { environment?: string; service?: string }): Sql {
  return sql`${environment === undefined ? sql.empty : sql`and environment = ${environment}`}
             ${service === undefined ? sql.empty : sql`and service = ${service}`}`;
}
