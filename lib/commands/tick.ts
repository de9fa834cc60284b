import { z } from "zod";
import { actorOf, type Principal, personOf } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { planHash, promotionId, type Told, tellPromotion } from "@/lib/commands/tell-promotion";
import { loadTicks } from "@/lib/facts/evidence/approvals";
import { parseInput } from "@/lib/pipeline/errors";
import { countedTick, tickProblem } from "@/lib/pipeline/gates/checklist";
import { itemAsks } from "@/lib/pipeline/gates/checklist-config";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

const place = z.int().min(0).max(100);

export const tickInput = z.strictObject({
  promotion: promotionId,
  planHash,
  gate: place.meta({ description: "the checklist's place in the plan, from 0" }),
  item: place.meta({ description: "the item's place in the checklist, from 0" }),
  ticked: z.boolean().meta({ description: "true ticks it, false takes that back" }),
});

/**
 * A person says that an item of a checklist is so, for exactly this plan, or takes it back: whoever may tick it may do
 * either. Refused for a token, for somebody whom the item does not ask, and for the hash of any other plan.
 */
export async function tick(context: CommandContext, principal: Principal, raw: unknown): Promise<Told | Refusal> {
  const { promotion, ...input } = parseInput(tickInput, raw);
  const person = personOf(principal);
  return tellPromotion(context, principal, promotion, "tick", async (state, _now, tx) => {
    const { plan, project, requestedBy } = state;
    const { ticks, standings } = await loadTicks(tx, project, plan.environment, state.ticks ?? [], [person.id]);
    // What another plan has in that place is nobody's answer: decide says that the plan changed.
    const item = input.planHash === state.planHash ? itemOf(state, input) : undefined;
    const mine = standings.find((one) => one.person === person.id);
    if (item && tickProblem(item, mine, requestedBy) !== undefined) {
      const asked = itemAsks(item) ?? `whoever may tick in ${plan.environment}`;
      return { kind: "rejection", code: "notAsked", message: `"${item.text}" is ticked by ${asked}` };
    }
    const facts = { planHash: input.planHash, requestedBy, ticks, standings };
    const counts =
      item !== undefined && countedTick(item, { gate: input.gate, index: input.item }, facts) !== undefined;
    return { kind: "tick", by: actorOf(principal), person: person.id, ...input, lapsed: !counts };
  });
}

function itemOf({ plan }: PromotionState, { gate, item }: { gate: number; item: number }) {
  const planned = plan.gates[gate];
  return planned?.kind === "checklist" ? planned.items[item] : undefined;
}
