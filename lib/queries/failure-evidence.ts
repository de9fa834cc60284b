import { createHash } from "node:crypto";
import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { NotFound } from "@/lib/pipeline/errors";
import { evidenceDays, type FailureEvidence } from "@/lib/pipeline/promotion/failure-evidence";

/** What failing pods left behind at one moment of a promotion, beside the entry of the ledger that carries its hash. */
export interface KeptEvidence {
  /** SHA-256 (hex) of `content`, as the entry says it. */
  digest: string;
  /** The entry's number in the project's chain, and when it was written. */
  entry: number;
  at: string;
  /** When it is removed; the entry stays. */
  until: string;
  /**
   * `intact`: it is what was hashed. `changed`: it is not: do not trust it. `removed`: it is older than it is kept.
   */
  standing: "intact" | "changed" | "removed";
  /** Absent where it was removed. */
  evidence?: FailureEvidence;
}

/**
 * All evidence that the entries of a promotion name, oldest first, each compared with its hash. Throws NotFound, also to
 * whoever may not see the project.
 */
export async function loadFailureEvidence(db: Queryable, principal: Principal, id: string): Promise<KeptEvidence[]> {
  const [promotion] = await db.query<{ project: string }>(sql`select project from promotion where id = ${id}`);
  if (!promotion || !can(principal, "view", { project: promotion.project })) throw new NotFound(`promotion ${id}`);
  const rows = await db.query<{ digest: string; entry: number; at: string; content: string | null }>(
    sql`select e.kept as digest, e.seq as entry, e.at, f.content
          from (select seq, at, coalesce(data->'cause'->>'kept', data->>'kept') as kept from ledger_entry
                 where project = ${promotion.project} and promotion = ${id}
                   and kind in ('rollback.started', 'promotion.failed', 'promotion.stuck')) e
          left join failure_evidence f on f.promotion = ${id} and f.digest = e.kept
         where e.kept is not null order by e.seq`,
  );
  return rows.map(({ digest, entry, at, content }): KeptEvidence => {
    const until = new Date(Date.parse(at) + evidenceDays * 86_400_000).toISOString();
    if (content === null) return { digest, entry, at, until, standing: "removed" };
    const intact = createHash("sha256").update(content).digest("hex") === digest;
    const evidence = JSON.parse(content) as FailureEvidence;
    return { digest, entry, at, until, standing: intact ? "intact" : "changed", evidence };
  });
}
