import { type Sql, sql } from "@/lib/db/sql";

/**
 * The signatures in a promotion's `state` that are not void, as JSON: whoever gave one is not asked for another. What
 * somebody said before their access was revoked is void.
 */
export function standingSignatures(state: Sql): Sql {
  return sql`coalesce((select jsonb_agg(g) from jsonb_array_elements(${state}->'approvals') g
                        where not exists (select from person v where v.id = g->>'person'
                                             and v.revoked_at >= (g->>'at')::timestamptz)), '[]')`;
}
