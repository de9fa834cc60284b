import { z } from "zod";
import { actOf, type Principal, personOf } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { planHash, promotionId, type Told, tellPromotion } from "@/lib/commands/tell-promotion";
import { loadStandings, withoutVoid } from "@/lib/facts/evidence/approvals";
import { parseInput } from "@/lib/pipeline/errors";
import { isAmong } from "@/lib/pipeline/gates/approval";
import type { Via } from "@/lib/pipeline/promotion/entry";

export const approveInput = z.strictObject({
  promotion: promotionId,
  planHash,
  reason: z.string().trim().max(2000).optional(),
});

/**
 * One person's yes to exactly this plan. Refused for the one who asked, for somebody the gate does not ask, twice, and
 * for the hash of any other plan; where the gate asks for a fresh sign-in, also for a token and for a stale session.
 * `via` is where it was given, for the ledger.
 */
export async function approve(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
  via?: Via,
): Promise<Told | Refusal> {
  const input = parseInput(approveInput, raw);
  const person = personOf(principal);
  return tellPromotion(context, principal, input.promotion, "approve", async (state, _now, tx) => {
    const asked = state.plan.gates.flatMap((gate) => (gate.kind === "approval" ? gate.from : []));
    const [standing] = await loadStandings(tx, state.project, state.plan.environment, [person.id]);
    if (asked.length > 0 && !(standing && isAmong(asked, standing))) {
      return { kind: "rejection", code: "notAsked", message: `this plan asks for a yes of ${asked.join(", ")}` };
    }
    const before = state.approvals.filter((one) => one.person === person.id && one.planHash === state.planHash);
    return {
      kind: "approve",
      ...actOf(principal),
      planHash: input.planHash,
      reason: input.reason || null,
      lapsed: before.length > 0 && (await withoutVoid(tx, before)).length === 0,
      ...(via ? { via } : {}),
    };
  });
}
