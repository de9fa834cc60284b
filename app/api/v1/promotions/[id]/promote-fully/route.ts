import { toldPromotion } from "@/app/api/v1/requested-answer";
import { promoteFullyOperation } from "@/lib/api/contract/rollouts";
import { answer, handle } from "@/lib/api/handle";
import { promoteFully } from "@/lib/commands/steer-rollout";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(promoteFullyOperation, async ({ principal, params, body }) => {
  const told = await promoteFully(getEngine(), principal, { ...body, promotion: params.id });
  return told.kind === "rejection" ? told : answer(200, await toldPromotion(principal, told));
});
