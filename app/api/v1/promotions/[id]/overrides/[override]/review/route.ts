import { toldPromotion } from "@/app/api/v1/requested-answer";
import { reviewOverrideOperation } from "@/lib/api/contract/overrides";
import { answer, handle } from "@/lib/api/handle";
import { reviewOverride } from "@/lib/commands/review-override";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(reviewOverrideOperation, async ({ principal, params, body }) => {
  const { id, override } = params;
  const told = await reviewOverride(getEngine(), principal, { ...body, promotion: id, override });
  return told.kind === "rejection" ? told : answer(200, await toldPromotion(principal, told));
});
