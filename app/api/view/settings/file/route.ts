import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadProjectFile } from "@/lib/queries/settings";

export const GET = viewRoute((principal, url) =>
  loadProjectFile(getPool(), principal, url.searchParams.get("project") ?? "", new Date().toISOString()),
);
