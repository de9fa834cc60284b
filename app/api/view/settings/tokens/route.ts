import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadTokensView } from "@/lib/queries/settings-people";

export const GET = viewRoute((principal, url) =>
  loadTokensView(getPool(), principal, url.searchParams.get("project") ?? "", new Date().toISOString()),
);
