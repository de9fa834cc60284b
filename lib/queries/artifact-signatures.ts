import { type Queryable, sql } from "@/lib/db/sql";
import { signatureKind } from "@/lib/facts/evidence/signatures";
import type { Signatures } from "@/lib/pipeline/gates/gate";

/** What was found out about the signatures of one digest, when a gate asked last. Times are ISO 8601, UTC. */
export interface ArtifactSignatures extends Signatures {
  /** Why a question could not be answered. */
  troubles: string[];
  verifiedAt: string;
}

/** The answers that gates got about each digest, put together; null where none asked. */
export async function loadArtifactSignatures(
  db: Queryable,
  project: string,
  digests: readonly string[],
): Promise<(digest: string) => ArtifactSignatures | null> {
  const rows = await db.query<{ digest: string; value: Signatures | null; trouble: string | null; at: string }>(
    sql`select split_part(key, ' ', 1) as digest, value, trouble, observed_at as at from outside_evidence
         where project = ${project} and kind = ${signatureKind} and split_part(key, ' ', 1) = any(${[...digests]})
         order by observed_at desc`,
  );
  return (digest) => {
    const found = rows.filter((row) => row.digest === digest);
    const [newest] = found;
    if (!newest) return null;
    const valid = found.flatMap((row) => row.value?.valid ?? []);
    const distinct = (texts: string[]) => [...new Set(texts)];
    return {
      valid: valid.filter((one, index) => valid.findIndex((other) => other.by === one.by) === index),
      refused: distinct(found.flatMap((row) => row.value?.refused ?? [])),
      troubles: distinct(found.flatMap((row) => row.trouble ?? [])),
      verifiedAt: newest.at,
    };
  };
}
