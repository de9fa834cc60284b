import { sql } from "@/lib/db/sql";
import type { LedgerTransaction } from "@/lib/ledger/append";
import { recordInput } from "@/lib/ledger/record-promotion";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/**
 * Whether a promotion may take its place now: no other one is active for any of its services in that environment, and
 * none that queued before it waits for the same place. A rollback goes before all that wait.
 */
export async function slotIsFree(tx: LedgerTransaction, state: PromotionState): Promise<boolean> {
  const { project, plan } = state;
  const services = plan.services.map((one) => one.service);
  const since = state.phase === "queued" ? state.since : null;
  const [row] = await tx.query<{ taken: boolean }>(
    sql`select exists (
               select 1 from rollout
                where project = ${project} and environment = ${plan.environment} and service = any(${services})
                  and active and promotion <> ${state.id})
            or ${plan.kind} <> 'rollback' and exists (
               select 1 from promotion
                where project = ${project} and environment = ${plan.environment} and phase = 'queued' and ended_at is null
                  and id <> ${state.id} and services && ${services}
                  and (${since}::timestamptz is null or queued_at < ${since}::timestamptz
                       or (queued_at = ${since}::timestamptz and number < ${state.number}))) as taken`,
  );
  return row?.taken === false;
}

/** Where the environment's queue keeps only the newest, ends what still waits there for the same services. */
export async function supersedeOlder(tx: LedgerTransaction, state: PromotionState, now: string): Promise<void> {
  if (state.plan.queue !== "newest" || state.plan.kind === "rollback") return;
  const services = state.plan.services.map((one) => one.service);
  const older = await tx.query<{ state: PromotionState }>(
    sql`select state from promotion
         where project = ${state.project} and environment = ${state.plan.environment} and ended_at is null
           and phase in ('waiting', 'queued') and kind = 'promote' and id <> ${state.id} and number < ${state.number}
           and services <@ ${services}
         order by number`,
  );
  for (const one of older) await recordInput(tx, one.state, { kind: "supersede", by: state.id }, now);
}
