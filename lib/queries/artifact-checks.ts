import { type Queryable, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import type { CheckStatus } from "@/lib/pipeline/check/report";
import { actorWords } from "@/lib/queries/people";

/** What was reported last of a check of one digest, as a line. Times are ISO 8601, UTC. */
export interface ArtifactCheck {
  name: string;
  environment: string;
  status: CheckStatus;
  summary: string | null;
  url: string | null;
  reportedBy: string;
  reportedAt: string;
}

/** The latest report of every check of each digest, by environment and name. */
export async function loadArtifactChecks(
  db: Queryable,
  project: string,
  digests: readonly string[],
): Promise<(digest: string) => ArtifactCheck[]> {
  const rows = await db.query<Omit<ArtifactCheck, "reportedBy"> & { digest: string; reportedBy: Actor }>(
    sql`select c.digest, c.name, c.environment, c.status, c.summary, c.url, c.reported_by as "reportedBy",
               c.reported_at as "reportedAt"
          from check_report c left join environment e on e.project = c.project and e.name = c.environment
         where c.project = ${project} and c.digest = any(${[...digests]})
         order by e.position, c.environment, c.name limit 500`,
  );
  return (digest) =>
    rows
      .filter((row) => row.digest === digest)
      .map(({ digest: _, reportedBy, ...row }) => ({ ...row, reportedBy: actorWords(reportedBy) }));
}
