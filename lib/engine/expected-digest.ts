import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { ExpectedDigest } from "@/lib/pipeline/rollout/judge-observation";
import { ExternalError } from "@/lib/ports/external-error";

/**
 * A digest with the platforms that count as running it. One that was never announced, which may be what ran before
 * Waybill came, is looked up in the registry; where that does not answer, only the digest itself counts.
 */
export async function expectedDigest(
  engine: Engine,
  project: string,
  planned: Pick<PlannedService, "service" | "connection" | "repository">,
  digest: Digest,
): Promise<ExpectedDigest> {
  const { service, connection, repository } = planned;
  const [row] = await engine.pool.query<{ platforms: Digest[] }>(
    sql`select platforms from artifact where project = ${project} and service = ${service} and digest = ${digest} limit 1`,
  );
  if (row) return { digest, platforms: row.platforms };
  try {
    const registry = await engine.world.registry(project, connection);
    const { platforms } = await registry.resolve(repository, { digest }, AbortSignal.timeout(engine.callMs));
    return { digest, platforms: platforms.map((one) => one.digest) };
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { digest, platforms: [] };
  }
}
