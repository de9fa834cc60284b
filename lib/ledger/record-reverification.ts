import { json, sql } from "@/lib/db/sql";
import type { LedgerTransaction } from "@/lib/ledger/append";
import type { CheckState } from "@/lib/pipeline/promotion/state";

/** Ends one that is due and held by this lease. Answers whether it was. */
export async function recordReverification(
  tx: LedgerTransaction,
  id: string,
  held: { owner: string; leaseGeneration: number },
  outcome: { status: "passed" | "failed" | "errored"; said: string | null; checks: readonly CheckState[]; at: string },
): Promise<boolean> {
  const written = await tx.execute(
    sql`update reverification set status = ${outcome.status}, said = ${outcome.said}, ended_at = ${outcome.at},
               checks = ${json(outcome.checks)}::jsonb, lease_until = null
         where id = ${id} and status = 'due' and lease_owner = ${held.owner} and lease_generation = ${held.leaseGeneration}`,
  );
  return written === 1;
}
