import { type Queryable, sql } from "@/lib/db/sql";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { ExpectedDigest } from "@/lib/pipeline/rollout/judge-observation";

/** A digest with the platforms that count as running it; one that was never announced has none. */
export async function expectedDigest(
  db: Queryable,
  project: string,
  service: string,
  digest: Digest,
): Promise<ExpectedDigest> {
  const [row] = await db.query<{ platforms: Digest[] }>(
    sql`select platforms from artifact where project = ${project} and service = ${service} and digest = ${digest} limit 1`,
  );
  return { digest, platforms: row?.platforms ?? [] };
}
