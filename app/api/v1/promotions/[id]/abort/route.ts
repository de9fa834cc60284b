import { toldPromotion } from "@/app/api/v1/requested-answer";
import { abortOperation } from "@/lib/api/contract/promotions";
import { answer, handle } from "@/lib/api/handle";
import { abort } from "@/lib/commands/abort";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(abortOperation, async ({ principal, params, body }) => {
  const told = await abort(getEngine(), principal, { ...body, promotion: params.id });
  return told.kind === "rejection" ? told : answer(200, await toldPromotion(principal, told));
});
