import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadReleases } from "@/lib/queries/releases";
import { loadVisibleProjects } from "@/lib/queries/shell";

export const GET = viewRoute(async (principal, url) => {
  const asked = url.searchParams.getAll("project");
  const projects = asked.length > 0 ? asked : await loadVisibleProjects(getPool(), principal);
  const given = (name: string) => url.searchParams.get(name) ?? undefined;
  const filter = { projects, service: given("service"), text: given("text"), after: given("after") };
  return loadReleases(getPool(), principal, filter, new Date().toISOString());
});
