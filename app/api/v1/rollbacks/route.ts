import { requestedAnswer } from "@/app/api/v1/requested-answer";
import { rollBackOperation } from "@/lib/api/contract/promotions";
import { handle } from "@/lib/api/handle";
import { rollBack } from "@/lib/commands/roll-back";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(rollBackOperation, async ({ principal, body, headers }) => {
  const idempotencyKey = headers["Idempotency-Key"];
  return requestedAnswer(principal, await rollBack(getEngine(), principal, { ...body, idempotencyKey }));
});
