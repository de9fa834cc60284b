import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadService } from "@/lib/queries/service";

export const GET = viewRoute((principal, url) => {
  const project = url.searchParams.get("project") ?? "";
  const service = url.searchParams.get("service") ?? "";
  return loadService(getPool(), principal, { project, service }, new Date().toISOString());
});
