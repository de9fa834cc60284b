import { z } from "zod";
import { actOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { planHash, promotionId, type Told, tellPromotion } from "@/lib/commands/tell-promotion";
import { parseInput } from "@/lib/pipeline/errors";

/** An override's number within its promotion. */
export const overrideNumber = z.int().min(1).max(10_000).meta({ description: "the override's number, from 1" });

export const confirmOverrideInput = z.strictObject({ promotion: promotionId, override: overrideNumber, planHash });

/** The second person's yes to an override that takes two: neither who asked for it nor who asked for the promotion. */
export async function confirmOverride(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Told | Refusal> {
  const { promotion, ...input } = parseInput(confirmOverrideInput, raw);
  return tellPromotion(context, principal, promotion, "override", () => ({
    kind: "confirmOverride",
    ...actOf(principal),
    ...input,
  }));
}
