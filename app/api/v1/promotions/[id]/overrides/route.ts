import { toldPromotion } from "@/app/api/v1/requested-answer";
import { overrideOperation } from "@/lib/api/contract/overrides";
import { answer, handle } from "@/lib/api/handle";
import { overrideGate } from "@/lib/commands/override-gate";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(overrideOperation, async ({ principal, params, body }) => {
  const told = await overrideGate(getEngine(), principal, { ...body, promotion: params.id });
  return told.kind === "rejection" ? told : answer(201, await toldPromotion(principal, told));
});
