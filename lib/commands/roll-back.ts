import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import {
  findRepeated,
  hashRequest,
  mustSayWhy,
  type Requested,
  refusePlan,
  severityOf,
  startPromotion,
  urgency,
} from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { assess } from "@/lib/facts/assess";
import { refusalOf } from "@/lib/facts/refusal";
import { findRollback, type RollbackFound } from "@/lib/facts/rollback";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { holdAutomation } from "@/lib/ledger/hold-automation";
import { parseInput } from "@/lib/pipeline/errors";

export const rollBackInput = z.strictObject({
  project: z.string().min(1).max(63),
  environment: z.string().min(1).max(63),
  /** The services that go back; those that moved together go together. */
  services: z.array(z.string().min(1).max(63)).min(1).max(100),
  planHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  ...urgency,
  idempotencyKey: z.string().min(8).max(200),
});

/**
 * Brings services back to the digest that was verified there before the one they run: a promotion of kind rollback,
 * linked to what it undoes. It skips approval, holds and soak; a blocked digest stays out. Where the environment promotes
 * by itself, it stops doing so for these services. The same key with the same
 * request answers the same promotion.
 */
export async function rollBack(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Requested | Refusal> {
  const input = parseInput(rollBackInput, raw);
  const { project, environment, idempotencyKey } = input;
  const services = [...new Set(input.services)].sort();
  mustBeAbleTo(principal, "rollBack", { project, environment });
  mustSayWhy(input);
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const now = context.now();
    const request = { environment, services: services.join(","), kind: "rollback", ...severityOf(input) };
    const requestHash = hashRequest(request);
    const repeated = await findRepeated(tx, idempotencyKey, requestHash);
    if (repeated) return { kind: "requested", state: repeated, created: false };
    const [busy] = await tx.query<{ promotion: string; phase: string }>(
      sql`select promotion, phase from rollout where project = ${project} and environment = ${environment}
           and service = any(${services}) and active limit 1`,
    );
    if (busy) {
      const message =
        busy.phase === "stuck"
          ? `${busy.promotion} is stuck there: try its way back again, or close it first`
          : `${busy.promotion} is under way there: abort it, and it goes back by itself`;
      return { kind: "rejection", code: "busy", message, promotion: busy.promotion };
    }
    const found = await findRollback(tx, project, environment, services);
    if (found.kind === "rejection") return found;
    const assessment = await assessRollback(found);
    if ("code" in assessment) return { kind: "rejection", code: assessment.code, message: assessment.message };
    const refusal = refusePlan(assessment, input.planHash) ?? (await refusalOf(tx, assessment, now));
    if (refusal) return { kind: "rejection", ...refusal };
    const by = actorOf(principal);
    const requested = await startPromotion(tx, assessment, {
      ...{ by, now, reason: input.reason || null, causedBy: found.undoes, idempotencyKey, requestHash },
    });
    await holdAutomation(tx, requested.state, by, now);
    return requested;

    function assessRollback({ subject }: RollbackFound) {
      const signed = { requestedBy: actorOf(principal), requestedAt: now, given: [], reason: input.reason || null };
      return assess(tx, { ...subject, ...severityOf(input) }, signed, now);
    }
  });
}
