import { type Sql, sql } from "@/lib/db/sql";

/** Whether what `person` said at `at` is void: their access was revoked after it. */
export function isVoid(person: Sql, at: Sql): Sql {
  return sql`exists (select from person v where v.id = ${person} and v.revoked_at >= ${at})`;
}

/** The signatures in a promotion's `state` that are not void, as JSON: whoever gave one is not asked for another. */
export function standingSignatures(state: Sql): Sql {
  return sql`coalesce((select jsonb_agg(g) from jsonb_array_elements(${state}->'approvals') g
                        where not ${isVoid(sql`g->>'person'`, sql`(g->>'at')::timestamptz`)}), '[]')`;
}
