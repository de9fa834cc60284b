import { type Queryable, sql } from "@/lib/db/sql";

/**
 * Lets every promotion of the project that has not started look at its gates again, now. Times are stored rounded to the
 * millisecond: without truncation it might be due half of one later, and whoever looks at once would find nothing.
 */
export async function wakeWaiting(tx: Queryable, project: string): Promise<void> {
  await tx.execute(
    sql`update step set due_at = least(due_at, date_trunc('milliseconds', now()))
         where project = ${project} and kind = 'evaluate' and status = 'due'`,
  );
}
