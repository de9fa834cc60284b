import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadPeopleView } from "@/lib/queries/settings-people";

export const GET = viewRoute((principal, url) =>
  loadPeopleView(getPool(), principal, url.searchParams.get("project") ?? "", new Date().toISOString()),
);
