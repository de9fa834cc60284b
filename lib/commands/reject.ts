import { z } from "zod";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { planHash, promotionId, type Told, tellPromotion, why } from "@/lib/commands/tell-promotion";
import { parseInput } from "@/lib/pipeline/errors";
import type { Via } from "@/lib/pipeline/promotion/entry";

export const rejectInput = z.strictObject({ promotion: promotionId, planHash, why });

/** An approver's no, with a reason: it ends the promotion. Refused for the hash of any other plan. */
export async function reject(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
  via?: Via,
): Promise<Told | Refusal> {
  const input = parseInput(rejectInput, raw);
  return tellPromotion(context, principal, input.promotion, "reject", () => ({
    kind: "reject",
    by: actorOf(principal),
    planHash: input.planHash,
    why: input.why,
    ...(via ? { via } : {}),
  }));
}
