import { toldPromotion } from "@/app/api/v1/requested-answer";
import { confirmOverrideOperation } from "@/lib/api/contract/overrides";
import { answer, handle } from "@/lib/api/handle";
import { confirmOverride } from "@/lib/commands/confirm-override";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(confirmOverrideOperation, async ({ principal, params, body }) => {
  const { id, override } = params;
  const told = await confirmOverride(getEngine(), principal, { ...body, promotion: id, override });
  return told.kind === "rejection" ? told : answer(200, await toldPromotion(principal, told));
});
