import { toldPromotion } from "@/app/api/v1/requested-answer";
import { revertDriftOperation } from "@/lib/api/contract/environments";
import { answer, handle } from "@/lib/api/handle";
import { revertDrift } from "@/lib/commands/revert-drift";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(revertDriftOperation, async ({ principal, body }) => {
  const asked = await revertDrift(getEngine(), principal, body);
  if (asked.kind === "rejection") return asked;
  const promotion = await toldPromotion(principal, { kind: "told", state: asked.state });
  const location = `/api/v1/promotions/${encodeURIComponent(promotion.id)}`;
  return answer(201, promotion, { location });
});
