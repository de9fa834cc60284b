import { z } from "zod";
import { actOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { overrideOfGate } from "@/lib/commands/override-at-request";
import { planHash, promotionId, type Told, tellPromotion } from "@/lib/commands/tell-promotion";
import { parseInput } from "@/lib/pipeline/errors";

export const overrideGateInput = z.strictObject({ promotion: promotionId, planHash, ...overrideOfGate });

/**
 * Break-glass: lets one gate pass for exactly this plan, by a right of its own, with a reason and an incident. Some gates
 * take a second person before it counts, some cannot be overridden. It stays open for review after the promotion's end.
 */
export async function overrideGate(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Told | Refusal> {
  const { promotion, ...input } = parseInput(overrideGateInput, raw);
  return tellPromotion(context, principal, promotion, "override", () => ({
    kind: "override",
    ...actOf(principal),
    ...input,
  }));
}
