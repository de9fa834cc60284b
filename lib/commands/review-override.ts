import { z } from "zod";
import { actorOf, type Principal, personOf } from "@/lib/auth/principal";
import { overrideNumber } from "@/lib/commands/confirm-override";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { promotionId, type Told, tellPromotion } from "@/lib/commands/tell-promotion";
import { parseInput } from "@/lib/pipeline/errors";

export const reviewOverrideInput = z.strictObject({
  promotion: promotionId,
  override: overrideNumber,
  words: z.string().trim().min(10, "say what you found, in at least 10 characters").max(2000),
});

/**
 * Closes the review of an override after its promotion ended, with words that are kept; by a person who neither overrode
 * nor asked for the promotion.
 */
export async function reviewOverride(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Told | Refusal> {
  const { promotion, ...input } = parseInput(reviewOverrideInput, raw);
  return tellPromotion(context, principal, promotion, "reviewOverride", () => ({
    kind: "reviewOverride",
    by: actorOf(principal),
    person: personOf(principal).id,
    ...input,
  }));
}
