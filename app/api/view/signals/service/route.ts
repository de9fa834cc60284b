import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadServiceSignals } from "@/lib/queries/service-signals";

export const dynamic = "force-dynamic";

export const GET = viewRoute((principal, url) => {
  const project = url.searchParams.get("project") ?? "";
  const service = url.searchParams.get("service") ?? "";
  return loadServiceSignals(getPool(), principal, { project, service }, new Date().toISOString());
});
