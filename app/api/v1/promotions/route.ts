import { requestedAnswer } from "@/app/api/v1/requested-answer";
import { lookBeforeRequest } from "@/app/look-before-request";
import { listPromotionsOperation, promoteOperation } from "@/lib/api/contract/promotions";
import { answer, handle } from "@/lib/api/handle";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { getPool } from "@/lib/db/pool";
import { getEngine } from "@/lib/engine/compose";
import { listPromotions } from "@/lib/queries/api/promotions";

export const dynamic = "force-dynamic";

export const POST = handle(promoteOperation, async ({ principal, body, headers }) => {
  const idempotencyKey = headers["Idempotency-Key"];
  await lookBeforeRequest(principal, body);
  return requestedAnswer(principal, await requestPromotion(getEngine(), principal, { ...body, idempotencyKey }));
});

export const GET = handle(listPromotionsOperation, async ({ principal, query: { phase, ...filter } }) =>
  answer(200, await listPromotions(getPool(), principal, { ...filter, phases: phase })),
);
