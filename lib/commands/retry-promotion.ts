import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { findOpen, findRepeated, hashRequest, type Requested, startPromotion } from "@/lib/commands/request-promotion";
import { promotionId } from "@/lib/commands/tell-promotion";
import { sql } from "@/lib/db/sql";
import { assess } from "@/lib/facts/assess";
import { subjectOf } from "@/lib/facts/plan-inputs";
import { refusalOf } from "@/lib/facts/refusal";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import { comparePlans } from "@/lib/pipeline/plan/compare-plans";
import { mayRetry } from "@/lib/pipeline/promotion/state";

export const retryPromotionInput = z.strictObject({
  promotion: promotionId,
  reason: z.string().trim().max(2000).optional(),
  idempotencyKey: z.string().min(8).max(200),
});

/**
 * Asks again for exactly the plan of a promotion that failed, went back, expired or was stopped: the same hash, through
 * the gates as they stand now, with signatures of its own. Refused, with what differs, where the plan would be another
 * one by now. The same key, or the same release on its way already, answers that promotion.
 */
export async function retryPromotion(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Requested | Refusal> {
  const input = parseInput(retryPromotionInput, raw);
  const { promotion: id, idempotencyKey } = input;
  const [row] = await context.pool.query<{ project: string; environment: string; kind: "promote" | "rollback" }>(
    sql`select project, environment, kind from promotion where id = ${id}`,
  );
  if (!row) throw new NotFound();
  const { project, environment } = row;
  mustBeAbleTo(principal, row.kind === "rollback" ? "rollBack" : "promote", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const now = context.now();
    const requestHash = hashRequest({ retry: id });
    const repeated = await findRepeated(tx, idempotencyKey, requestHash);
    if (repeated) return { kind: "requested", state: repeated, created: false };
    const before = await loadPromotion(tx, project, id);
    if (!before) throw new NotFound();
    if (!mayRetry(before)) {
      const message = `${id} is ${before.phase}: only what failed, went back, expired or was stopped is tried again`;
      return { kind: "rejection", code: "notRetryable", message };
    }
    const { plan } = before;
    const open = plan.kind === "promote" ? await findOpen(tx, environment, plan.release) : undefined;
    if (open?.planHash === before.planHash) return { kind: "requested", state: open, created: false };
    const by = actorOf(principal);
    const reason = input.reason || before.reason;
    const signed = { requestedBy: by, requestedAt: now, given: [], reason };
    const assessment = await assess(tx, subjectOf(plan), signed, now);
    if (assessment.kind === "noPlan") return { kind: "rejection", code: assessment.code, message: assessment.message };
    if (assessment.planHash !== before.planHash) {
      const changes = comparePlans(plan, assessment.plan).join("; ");
      return { kind: "rejection", code: "planChanged", message: `the plan would be another one by now: ${changes}` };
    }
    const refusal = await refusalOf(tx, assessment, now);
    if (refusal) return { kind: "rejection", ...refusal };
    const causedBy = plan.kind === "rollback" ? before.causedBy : before.id;
    return startPromotion(tx, assessment, { by, now, reason, causedBy, idempotencyKey, requestHash });
  });
}
