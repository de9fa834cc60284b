import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadApprovals } from "@/lib/queries/approvals";
import { loadVisibleProjects } from "@/lib/queries/shell";

export const GET = viewRoute(async (principal, url) => {
  const asked = url.searchParams.getAll("project");
  const projects = asked.length > 0 ? asked : await loadVisibleProjects(getPool(), principal);
  return loadApprovals(getPool(), principal, { projects, now: new Date().toISOString() });
});
