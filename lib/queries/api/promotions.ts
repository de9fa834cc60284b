import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { NotFound } from "@/lib/pipeline/errors";
import { hasEnded, type PromotionPhase, type PromotionState } from "@/lib/pipeline/promotion/state";
import { fromCursor, type PageOf, pageFrom } from "@/lib/queries/api/page";
import { type PromotionSummary, type PromotionView, promotionView } from "@/lib/queries/api/promotion-view";
import { readableProjects } from "@/lib/queries/api/visible";

export interface PromotionFilter {
  project?: string;
  environment?: string;
  service?: string;
  release?: string;
  phases?: PromotionPhase[];
  /** True: those that have not ended. False: those that have. */
  open?: boolean;
  limit: number;
  cursor?: string;
}

/** Promotions of the projects that the principal may see, newest request first. */
export async function listPromotions(
  db: Queryable,
  principal: Principal,
  filter: PromotionFilter,
): Promise<PageOf<PromotionSummary>> {
  const projects = await readableProjects(db, principal, filter.project);
  const { environment, service, release, phases, open, limit, cursor } = filter;
  const after = cursor === undefined ? undefined : fromCursor(cursor, ["instant", "text", "number"]);
  const rows = await db.query<Omit<PromotionSummary, "ended">>(sql`
    select id, number, project, environment, kind, release, version, services, phase, plan_hash as "planHash",
           requested_by as "requestedBy", requested_at as "requestedAt", ended_at as "endedAt", caused_by as "causedBy"
      from promotion
     where project = any(${projects})
       ${environment === undefined ? sql.empty : sql`and environment = ${environment}`}
       ${service === undefined ? sql.empty : sql`and ${service} = any(services)`}
       ${release === undefined ? sql.empty : sql`and release = ${release}`}
       ${phases === undefined ? sql.empty : sql`and phase = any(${phases})`}
       ${open === undefined ? sql.empty : open ? sql`and ended_at is null` : sql`and ended_at is not null`}
       ${after === undefined ? sql.empty : sql`and (requested_at, project, number) < (${after[0]}, ${after[1]}, ${after[2]})`}
     order by requested_at desc, project desc, number desc
     limit ${limit + 1}`);
  const page = pageFrom(rows, limit, (row) => [row.requestedAt, row.project, row.number]);
  return { items: page.items.map((row) => ({ ...row, ended: hasEnded(row.phase) })), next: page.next };
}

/** One promotion as it stands now. Throws NotFound, also to whoever may not see its project. */
export async function readPromotion(db: Queryable, principal: Principal, id: string): Promise<PromotionView> {
  const [row] = await db.query<{ state: PromotionState }>(sql`select state from promotion where id = ${id}`);
  if (!row || !can(principal, "view", { project: row.state.project })) throw new NotFound(`promotion ${id}`);
  return promotionView(row.state);
}
