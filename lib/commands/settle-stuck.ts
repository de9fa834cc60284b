import { z } from "zod";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { promotionId, type Told, tellPromotion, why } from "@/lib/commands/tell-promotion";
import { parseInput } from "@/lib/pipeline/errors";

export const settleStuckInput = z.discriminatedUnion("how", [
  z.strictObject({ promotion: promotionId, how: z.literal("retry") }),
  z.strictObject({ promotion: promotionId, how: z.literal("close"), why }),
]);

/** What a person decides for a stuck promotion: try the way back again, or close it as it is, with a reason. */
export async function settleStuck(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Told | Refusal> {
  const input = parseInput(settleStuckInput, raw);
  const by = actorOf(principal);
  return tellPromotion(context, principal, input.promotion, "rollBack", () =>
    input.how === "retry" ? { kind: "retryRollback", by } : { kind: "close", by, why: input.why },
  );
}
