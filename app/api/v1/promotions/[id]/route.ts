import { readPromotionOperation } from "@/lib/api/contract/promotions";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { readPromotion } from "@/lib/queries/api/promotions";

export const dynamic = "force-dynamic";

export const GET = handle(readPromotionOperation, async ({ principal, params }) =>
  answer(200, await readPromotion(getPool(), principal, params.id)),
);
