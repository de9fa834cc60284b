import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadPromotions, type PromotionsFilter } from "@/lib/queries/promotions";
import { loadVisibleProjects } from "@/lib/queries/shell";

export const GET = viewRoute(async (principal, url) => {
  const asked = url.searchParams.getAll("project");
  const projects = asked.length > 0 ? asked : await loadVisibleProjects(getPool(), principal);
  const given = (name: string) => url.searchParams.get(name) ?? undefined;
  const filter = { projects, environment: given("environment"), service: given("service"), after: given("after") };
  const phase = given("phase") as PromotionsFilter["phase"];
  return loadPromotions(getPool(), principal, { ...filter, phase }, new Date().toISOString());
});
