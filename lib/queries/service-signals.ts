import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { loadProject } from "@/lib/facts/project";
import { NotFound } from "@/lib/pipeline/errors";
import { type PlaceRow, type PlaceSignals, placesFrom, signalsIn } from "@/lib/queries/place-signals";

/** The numbers of before: `numbers[name][i]` was read at `at[i]`; null where there was none. */
export interface SignalHistory {
  at: string[];
  numbers: Record<string, (number | null)[]>;
}

/** The signals of one service, wherever it has a target, with the last day of each number. */
export interface ServiceSignalsView {
  asOf: string;
  project: string;
  service: string;
  /** How often they are asked for; null where the project's file names none. */
  everyMs: number | null;
  places: (PlaceSignals & { history: SignalHistory })[];
}

/** A service's signals. Throws NotFound. */
export async function loadServiceSignals(
  db: Queryable,
  principal: Principal,
  { project, service }: { project: string; service: string },
  now: string,
): Promise<ServiceSignalsView> {
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project}`);
  const stored = await loadProject(db, project);
  if (!stored?.document.services.some(({ name }) => name === service)) throw new NotFound(`service ${service}`);
  const [rows, points] = await Promise.all([
    db.query<PlaceRow>(placesFrom(sql`where d.project = ${project} and d.service = ${service} order by e.position`)),
    db.query<{ environment: string; at: string; numbers: Record<string, number> }>(
      sql`select environment, at, numbers from signal_point
           where project = ${project} and service = ${service} and at > ${now}::timestamptz - interval '24 hours'
           order by environment, at`,
    ),
  ]);
  const places = await signalsIn(db, stored.document, rows, now);
  return {
    ...{ asOf: now, project, service, everyMs: stored.document.signals?.everyMs ?? null },
    places: places.map((place) => {
      const own = points.filter(({ environment }) => environment === place.environment);
      const names = place.signals.filter(({ query }) => query !== null).map(({ name }) => name);
      const numbers = names.map((name) => [name, own.map((point) => point.numbers[name] ?? null)]);
      return { ...place, history: { at: own.map(({ at }) => at), numbers: Object.fromEntries(numbers) } };
    }),
  };
}
