import { z } from "zod";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { promotionId, type Told, tellPromotion, why } from "@/lib/commands/tell-promotion";
import { parseInput } from "@/lib/pipeline/errors";

export const abortInput = z.strictObject({ promotion: promotionId, why });

/** Stops a promotion at any moment; what it has changed already goes back first. */
export async function abort(context: CommandContext, principal: Principal, raw: unknown): Promise<Told | Refusal> {
  const input = parseInput(abortInput, raw);
  return tellPromotion(context, principal, input.promotion, "abort", () => ({
    kind: "abort",
    by: actorOf(principal),
    why: input.why,
  }));
}
