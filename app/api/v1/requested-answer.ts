import { answer } from "@/lib/api/handle";
import type { Principal } from "@/lib/auth/principal";
import type { Refusal } from "@/lib/commands/context";
import type { Requested } from "@/lib/commands/request-promotion";
import type { Told } from "@/lib/commands/tell-promotion";
import { afterCommand } from "@/lib/engine/after-command";
import { getEngine } from "@/lib/engine/compose";
import type { PromotionView } from "@/lib/queries/api/promotion-view";
import { readPromotion } from "@/lib/queries/api/promotions";

/** The answer to a request for a promotion: its first steps are done where this process does them, then it is read. */
export async function requestedAnswer(principal: Principal, asked: Requested | Refusal) {
  if (asked.kind === "rejection") return asked;
  const { id } = asked.state;
  if (!asked.created) return answer(200, await readPromotion(getEngine().pool, principal, id));
  await afterCommand(id);
  const promotion = await readPromotion(getEngine().pool, principal, id);
  return answer(201, promotion, { location: `/api/v1/promotions/${encodeURIComponent(id)}` });
}

/** What became of a promotion that something was said to. */
export async function toldPromotion(principal: Principal, { state }: Told): Promise<PromotionView> {
  await afterCommand(state.id);
  return readPromotion(getEngine().pool, principal, state.id);
}
