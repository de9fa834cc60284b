import { promoteTogetherOperation } from "@/lib/api/contract/promotions";
import { answer, handle } from "@/lib/api/handle";
import { requestPromotions } from "@/lib/commands/request-promotions";
import { afterCommand } from "@/lib/engine/after-command";
import { getEngine } from "@/lib/engine/compose";
import { readPromotion } from "@/lib/queries/api/promotions";

export const dynamic = "force-dynamic";

export const POST = handle(promoteTogetherOperation, async ({ principal, body, headers }) => {
  const engine = getEngine();
  const input = { ...body, idempotencyKey: headers["Idempotency-Key"] };
  const asked = await requestPromotions(engine, principal, input);
  if (asked.kind === "rejection") return asked;
  const ids = asked.promotions.map(({ state }) => state.id);
  await Promise.all(ids.map((id) => afterCommand(id)));
  const items = await Promise.all(ids.map((id) => readPromotion(engine.pool, principal, id)));
  return asked.promotions.some(({ created }) => created) ? answer(201, { items }) : answer(200, { items });
});
