import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { loadProject } from "@/lib/facts/project";
import { fromCursor, type PageOf, pageFrom } from "@/lib/queries/api/page";
import { mustSeeProject } from "@/lib/queries/api/visible";
import { type PlaceRow, type PlaceSignals, placesFrom, signalsIn } from "@/lib/queries/place-signals";

export interface SignalsFilter {
  project: string;
  service?: string;
  environment?: string;
  limit: number;
  cursor?: string;
}

type Row = PlaceRow & { servicePosition: number; environmentPosition: number };

/** The signals of a project's services in its environments, in the order of its file. Throws NotFound. */
export async function readSignals(
  db: Queryable,
  principal: Principal,
  { project, service, environment, limit, cursor }: SignalsFilter,
  now: string,
): Promise<PageOf<PlaceSignals>> {
  await mustSeeProject(db, principal, project);
  const after = cursor === undefined ? undefined : fromCursor(cursor, ["number", "number"]);
  const places = placesFrom(
    sql`join service s on s.project = d.project and s.name = d.service
        where d.project = ${project}
          ${service === undefined ? sql.empty : sql`and d.service = ${service}`}
          ${environment === undefined ? sql.empty : sql`and d.environment = ${environment}`}
          ${after === undefined ? sql.empty : sql`and (s.position, e.position) > (${after[0]}, ${after[1]})`}
        order by s.position, e.position limit ${limit + 1}`,
    sql`, s.position as "servicePosition", e.position as "environmentPosition"`,
  );
  const [rows, stored] = await Promise.all([db.query<Row>(places), loadProject(db, project)]);
  const page = pageFrom(rows, limit, (row) => [row.servicePosition, row.environmentPosition]);
  const items = stored ? await signalsIn(db, stored.document, page.items, now) : [];
  return { items, next: page.next };
}
