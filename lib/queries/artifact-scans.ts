import { type Queryable, sql } from "@/lib/db/sql";
import { registryScanKind } from "@/lib/facts/evidence/scans";
import type { Actor } from "@/lib/pipeline/actor";
import type { RegistryScans } from "@/lib/pipeline/gates/gate";
import { countSeverities, type SeverityCounts } from "@/lib/pipeline/scan/severity";
import { actorWords } from "@/lib/queries/people";

/** A scan of one digest, as a line. Times are ISO 8601, UTC. */
export interface ArtifactScan {
  id: string;
  tool: string;
  toolVersion: string | null;
  scannedAt: string | null;
  counts: SeverityCounts;
  /** Who uploaded it; null where the registry holds it. */
  uploadedBy: string | null;
}

const shown = 10;

/** The scans of each digest, newest first: what was uploaded, and what its registry said when it was asked last. */
export async function loadArtifactScans(
  db: Queryable,
  project: string,
  digests: readonly string[],
): Promise<(digest: string) => ArtifactScan[]> {
  const [uploaded, attached] = await Promise.all([
    db.query<Omit<ArtifactScan, "uploadedBy"> & { digest: string; reportedBy: Actor }>(
      sql`select digest, id, tool, tool_version as "toolVersion", scanned_at as "scannedAt", counts,
                 reported_by as "reportedBy"
            from scan where project = ${project} and digest = any(${[...digests]})
           order by scanned_at desc, reported_at desc limit 200`,
    ),
    db.query<{ digest: string; value: RegistryScans }>(
      sql`select split_part(key, ' ', 1) as digest, value from outside_evidence
           where project = ${project} and kind = ${registryScanKind} and value is not null
             and split_part(key, ' ', 1) = any(${[...digests]})`,
    ),
  ]);
  const all = [
    ...uploaded.map(({ reportedBy, ...scan }) => ({ ...scan, uploadedBy: actorWords(reportedBy) })),
    ...attached.flatMap(({ digest, value }) =>
      value.scans.map(({ findings, reportedBy: _, ...scan }) => {
        return { digest, ...scan, counts: countSeverities(findings), uploadedBy: null };
      }),
    ),
  ].sort((a, b) => (b.scannedAt ?? "").localeCompare(a.scannedAt ?? ""));
  return (digest) =>
    all
      .filter((one) => one.digest === digest)
      .slice(0, shown)
      .map(({ digest: _, ...scan }) => scan);
}
