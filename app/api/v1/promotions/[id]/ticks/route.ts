import { toldPromotion } from "@/app/api/v1/requested-answer";
import { tickOperation } from "@/lib/api/contract/ticks";
import { answer, handle } from "@/lib/api/handle";
import { tick } from "@/lib/commands/tick";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(tickOperation, async ({ principal, params, body }) => {
  const told = await tick(getEngine(), principal, { ...body, promotion: params.id });
  return told.kind === "rejection" ? told : answer(201, await toldPromotion(principal, told));
});
