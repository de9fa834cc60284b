import { createHash } from "node:crypto";
import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { NotFound } from "@/lib/pipeline/errors";
import { type JobLog, jobLogDays } from "@/lib/pipeline/verification/job-log";

/** What a job of a promotion printed, beside the entry of the ledger that carries its hash. */
export interface KeptJobLog {
  /** SHA-256 (hex), as the entry says it. */
  digest: string;
  /** The entry's number in the project's chain, and when it was written. */
  entry: number;
  at: string;
  /** When it is removed; the entry stays. */
  until: string;
  /** `intact`: it is what was hashed. `changed`: it is not: do not trust it. `removed`: it is older than it is kept. */
  standing: "intact" | "changed" | "removed";
  /** Absent where it was removed. */
  log?: JobLog;
}

/**
 * The logs of all jobs that the entries of a promotion name, oldest first, each compared with its hash. Throws NotFound,
 * also to whoever may not see the project.
 */
export async function loadJobLogs(db: Queryable, principal: Principal, id: string): Promise<KeptJobLog[]> {
  const [promotion] = await db.query<{ project: string }>(sql`select project from promotion where id = ${id}`);
  if (!promotion || !can(principal, "view", { project: promotion.project })) throw new NotFound(`promotion ${id}`);
  const rows = await db.query<KeptRow>(
    sql`select e.digest, e.entry, e.at, l.content
          from (select c -> 'job' ->> 'log' as digest, min(seq) as entry, min(at) as at
                  from ledger_entry, jsonb_array_elements(data -> 'checks') c
                 where project = ${promotion.project} and promotion = ${id} and jsonb_typeof(data -> 'checks') = 'array'
                 group by 1) e
          left join job_log l on l.subject = ${id} and l.digest = e.digest
         where e.digest is not null order by e.entry, e.digest`,
  );
  return rows.map(keptOf);
}

/** The same of something that was verified again: its logs are there once it has ended. */
export async function loadReverificationLogs(db: Queryable, principal: Principal, id: string): Promise<KeptJobLog[]> {
  const [made] = await db.query<{ project: string }>(sql`select project from reverification where id = ${id}`);
  if (!made || !can(principal, "view", { project: made.project })) throw new NotFound(`reverification ${id}`);
  const rows = await db.query<KeptRow>(
    sql`select e.digest, e.seq as entry, e.at, l.content
          from (select seq, at, item ->> 'value' as digest
                  from ledger_entry, jsonb_array_elements(data -> 'evidence') item
                 where project = ${made.project} and data ->> 'id' = ${id}
                   and kind in ('reverification.passed', 'reverification.failed', 'reverification.errored')) e
          join (select distinct c -> 'job' ->> 'log' as digest
                  from reverification r, jsonb_array_elements(r.checks) c where r.id = ${id}) j using (digest)
          left join job_log l on l.subject = ${id} and l.digest = e.digest
         order by e.digest`,
  );
  return rows.map(keptOf);
}

interface KeptRow {
  digest: string;
  entry: number;
  at: string;
  content: string | null;
}

function keptOf({ digest, entry, at, content }: KeptRow): KeptJobLog {
  const until = new Date(Date.parse(at) + jobLogDays * 86_400_000).toISOString();
  if (content === null) return { digest, entry, at, until, standing: "removed" };
  const intact = createHash("sha256").update(content).digest("hex") === digest;
  return { digest, entry, at, until, standing: intact ? "intact" : "changed", log: JSON.parse(content) as JobLog };
}
