import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadPromotionPage } from "@/lib/queries/promotion-page";

export const GET = viewRoute<{ id: string }>((principal, _url, { id }) =>
  loadPromotionPage(getPool(), principal, id, new Date().toISOString()),
);
