import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadShell } from "@/lib/queries/shell";

export const GET = viewRoute((principal, url) => {
  const inSight = url.searchParams.getAll("project");
  const now = new Date().toISOString();
  return loadShell(getPool(), principal, { inSight: inSight.length > 0 ? inSight : undefined, now });
});
