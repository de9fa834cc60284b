import { type Sql, sql } from "@/lib/db/sql";

/** A timestamp inside JSON in the form in which columns arrive: ISO 8601, UTC, milliseconds; null stays null. */
export function instant(column: Sql): Sql {
  return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
