import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { readableProjects } from "@/lib/queries/api/visible";

/** What runs somewhere, verified once more. Times are ISO 8601, UTC. */
export interface ReverificationView {
  id: string;
  project: string;
  environment: string;
  service: string;
  digest: string;
  status: "due" | "passed" | "failed" | "errored";
  said: string | null;
  checks: { title: string; status: string; found: string }[];
  requestedBy: Actor;
  requestedAt: string;
  endedAt: string | null;
}

/** Newest first, a hundred at most. */
export async function listReverifications(
  db: Queryable,
  principal: Principal,
  { project, environment, service }: { project?: string; environment?: string; service?: string },
): Promise<ReverificationView[]> {
  const projects = await readableProjects(db, principal, project);
  const rows = await db.query<ReverificationView>(sql`
    select id, project, environment, service, digest, status, said, checks, requested_by as "requestedBy",
           requested_at as "requestedAt", ended_at as "endedAt"
      from reverification
     where project = any(${projects}) and (${environment ?? null}::text is null or environment = ${environment ?? null})
       and (${service ?? null}::text is null or service = ${service ?? null})
     order by requested_at desc, id limit 100`);
  return rows.map((row) => ({
    ...row,
    checks: row.checks.map(({ title, status, found }) => ({ title, status, found })),
  }));
}
