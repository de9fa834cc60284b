import { can, visibleProjects } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { NotFound } from "@/lib/pipeline/errors";

/** The projects that a list may tell of: the one that was asked for, else all that the principal may see. */
export async function readableProjects(db: Queryable, principal: Principal, asked?: string): Promise<string[]> {
  if (asked !== undefined) {
    await mustSeeProject(db, principal, asked);
    return [asked];
  }
  const rows = await db.query<{ name: string }>(sql`select name from project order by name`);
  return visibleProjects(
    principal,
    rows.map((row) => row.name),
  );
}

/** Throws NotFound for a project that is not there and for one that the principal may not see. */
export async function mustSeeProject(db: Queryable, principal: Principal, project: string): Promise<void> {
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project}`);
  const [row] = await db.query(sql`select 1 from project where name = ${project}`);
  if (!row) throw new NotFound(`project ${project}`);
}
