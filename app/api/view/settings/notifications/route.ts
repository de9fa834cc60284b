import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadNotificationsView } from "@/lib/queries/notifications";

export const GET = viewRoute((principal, url) =>
  loadNotificationsView(getPool(), principal, url.searchParams.get("project") ?? "", new Date().toISOString()),
);
