import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadPromotionReplay } from "@/lib/queries/promotion-replay";

export const GET = viewRoute<{ id: string }>((principal, _url, { id }) =>
  loadPromotionReplay(getPool(), principal, id, new Date().toISOString()),
);
