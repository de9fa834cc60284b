import { requestedAnswer } from "@/app/api/v1/requested-answer";
import { retryOperation } from "@/lib/api/contract/promotions";
import { handle } from "@/lib/api/handle";
import { retryPromotion } from "@/lib/commands/retry-promotion";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(retryOperation, async ({ principal, params, body, headers }) => {
  const input = { ...body, promotion: params.id, idempotencyKey: headers["Idempotency-Key"] };
  return requestedAnswer(principal, await retryPromotion(getEngine(), principal, input));
});
