import { type Sql, sql } from "@/lib/db/sql";

/**
 * The hold that stops each environment, one at most: its own, else the whole project's (`whole`). For few holds and any
 * number of environments.
 */
const standingHolds = sql`
  (select distinct on (s.project, s.name) x.*, s.name as place, x.environment is null as whole
     from hold x join environment s on s.project = x.project and (x.environment is null or x.environment = s.name)
    where x.lifted_at is null order by s.project, s.name, x.environment nulls last)`;

/** Joins as `h` what holds the environment that these two columns name. */
export function joinHoldOf(project: Sql, environment: Sql): Sql {
  return sql`left join ${standingHolds} h on h.project = ${project} and h.place = ${environment}`;
}

/** One column of what holds the environment, null where nothing does. For one look-up; its table is called `h`. */
export function holdOf(column: Sql, project: Sql, environment: Sql): Sql {
  return sql`(select ${column} from hold h
               where h.project = ${project} and (h.environment = ${environment} or h.environment is null) and h.lifted_at is null
               order by h.environment nulls last limit 1)`;
}
