import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { jobLogDays, keptLog } from "@/lib/pipeline/verification/job-log";

/**
 * Keeps what a job printed, without the secrets that this process knows of the project, and answers the SHA-256 (hex) that
 * the ledger is to carry. The same again is the same row.
 */
export async function keepJobLog(
  { pool, world, now }: Engine,
  { project, subject }: { project: string; subject: string },
  check: { id: string; title: string },
  log: { text: string; cut: boolean },
): Promise<string> {
  const content = canonicalize(keptLog(check, log, await world.knownSecrets(project))) ?? "";
  const digest = createHash("sha256").update(content).digest("hex");
  await pool.execute(
    sql`insert into job_log (subject, digest, project, kept_at, content)
        values (${subject}, ${digest}, ${project}, ${now()}, ${content}) on conflict (subject, digest) do nothing`,
  );
  return digest;
}

/** Removes what is older than it is kept. Answers how many. */
export function pruneJobLogs(db: Queryable): Promise<number> {
  return db.execute(sql`delete from job_log where kept_at < now() - ${jobLogDays} * interval '1 day'`);
}
