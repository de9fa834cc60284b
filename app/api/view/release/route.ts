import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadRelease } from "@/lib/queries/release";

export const GET = viewRoute((principal, url) => {
  const project = url.searchParams.get("project") ?? "";
  const key = url.searchParams.get("key") ?? "";
  return loadRelease(getPool(), principal, { project, key }, new Date().toISOString());
});
