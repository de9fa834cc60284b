import { toldPromotion } from "@/app/api/v1/requested-answer";
import { settleOperation } from "@/lib/api/contract/promotions";
import { answer, handle } from "@/lib/api/handle";
import { settleStuck } from "@/lib/commands/settle-stuck";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(settleOperation, async ({ principal, params, body }) => {
  const told = await settleStuck(getEngine(), principal, { ...body, promotion: params.id });
  return told.kind === "rejection" ? told : answer(200, await toldPromotion(principal, told));
});
