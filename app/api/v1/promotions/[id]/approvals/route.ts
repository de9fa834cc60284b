import { toldPromotion } from "@/app/api/v1/requested-answer";
import { signOperation } from "@/lib/api/contract/promotions";
import { answer, handle } from "@/lib/api/handle";
import { countAgainstLimit, personCounted } from "@/lib/auth/rate-limit";
import { approve } from "@/lib/commands/approve";
import { reject } from "@/lib/commands/reject";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(signOperation, async ({ principal, params, body }) => {
  await countAgainstLimit("approve", personCounted(principal));
  const { planHash, reason } = body;
  const told =
    body.decision === "approve"
      ? await approve(getEngine(), principal, { promotion: params.id, planHash, reason }, "api")
      : await reject(getEngine(), principal, { promotion: params.id, planHash, why: reason }, "api");
  return told.kind === "rejection" ? told : answer(201, await toldPromotion(principal, told));
});
