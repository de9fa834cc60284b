import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import { loadProject } from "@/lib/facts/project";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import { freshForMs } from "@/lib/pipeline/signal/reading";
import { type SignalSort, signalSorts } from "@/lib/pipeline/signal/signal-sorts";
import { type PlaceRow, type PlaceSignals, placesFrom, restartsOf, signalsIn } from "@/lib/queries/place-signals";

const name = z.string().min(1).max(63);
const shown = 50;

export const environmentSignalsInput = z.strictObject({
  project: name,
  environment: name,
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
  sort: z.enum(signalSorts).default("file"),
});

/** The signals of the services of an environment, 50 at a time. */
export interface EnvironmentSignalsView {
  asOf: string;
  project: string;
  environment: string;
  everyMs: number | null;
  sort: SignalSort;
  total: number;
  offset: number;
  lines: PlaceSignals[];
}

/** The signals of an environment's services. Throws NotFound. */
export async function loadEnvironmentSignals(
  db: Queryable,
  principal: Principal,
  raw: z.input<typeof environmentSignalsInput>,
  now: string,
): Promise<EnvironmentSignalsView> {
  const { project, environment, offset, sort } = parseInput(environmentSignalsInput, raw);
  mustBeAbleTo(principal, "view", { project });
  const stored = await loadProject(db, project);
  if (!stored?.document.environments.some((one) => one.name === environment)) throw new NotFound();
  const everyMs = stored.document.signals?.everyMs ?? null;
  const here = sql`where d.project = ${project} and d.environment = ${environment}`;
  const [rows, [count]] = await Promise.all([
    db.query<PlaceRow>(
      placesFrom(sql`join service s on s.project = d.project and s.name = d.service ${here}
                     order by ${orderOf(sort, everyMs ?? 0, now)} s.position, d.service limit ${shown} offset ${offset}`),
    ),
    db.query<{ total: number }>(sql`select count(*)::int as total from deployment d ${here}`),
  ]);
  const lines = await signalsIn(db, stored.document, rows, now);
  return { asOf: now, project, environment, everyMs, sort, total: count?.total ?? 0, offset, lines };
}

/** Numbers that are in trouble or too old are not known, and so come last. */
function orderOf(sort: SignalSort, everyMs: number, now: string): Sql {
  if (sort === "file") return sql.empty;
  if (sort === "restarts") return sql`${restartsOf} desc nulls last,`;
  return sql`case when r.readings -> ${sort} ->> 'trouble' is null
                   and (r.readings -> ${sort} ->> 'at')::timestamptz
                       >= ${now}::timestamptz - ${freshForMs(everyMs)} * interval '1 millisecond'
                  then (r.readings -> ${sort} ->> 'value')::float8 end desc nulls last,`;
}
