import { type Queryable, sql } from "@/lib/db/sql";
import { type Asked, distinct, type LoadEvidence } from "@/lib/facts/evidence/asked";
import type { GateEvidence, OutsideFact } from "@/lib/pipeline/gates/gate";

interface Row {
  project: string;
  key: string;
  value: unknown;
  trouble: string | null;
  observedAt: string;
}

/** A loader of what outside systems said to one kind of question; `keysOf` names the questions of a plan. */
export function outsideLoader<Field extends keyof GateEvidence>(
  kind: string,
  keysOf: (one: Asked) => readonly string[],
  shape: (facts: Map<string, OutsideFact<unknown>>, one: Asked) => GateEvidence[Field],
): LoadEvidence<Field> {
  return async (db, asked) => {
    const projects = distinct(asked.map(({ plan }) => plan.project));
    const facts = await loadOutside(db, kind, projects, distinct(asked.flatMap((one) => [...keysOf(one)])));
    return (one) => {
      const known = keysOf(one).flatMap((key): [string, OutsideFact<unknown>][] => {
        const fact = facts.get(`${one.plan.project} ${key}`);
        return fact ? [[key, fact]] : [];
      });
      return shape(new Map(known), one);
    };
  };
}

/** By `project key`. A question that nobody asked yet is not there. */
export async function loadOutside(
  db: Queryable,
  kind: string,
  projects: readonly string[],
  keys: readonly string[],
): Promise<Map<string, OutsideFact<unknown>>> {
  const rows = await db.query<Row>(
    sql`select project, key, value, trouble, observed_at as "observedAt" from outside_evidence
         where project = any(${[...projects]}) and kind = ${kind} and key = any(${[...keys]})`,
  );
  return new Map(
    rows.map(({ project, key, value, trouble, observedAt }) => [
      `${project} ${key}`,
      trouble === null ? { value, observedAt } : { trouble, observedAt },
    ]),
  );
}
