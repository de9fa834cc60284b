import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadPolicy } from "@/lib/queries/policy";

export const GET = viewRoute((principal, url) =>
  loadPolicy(getPool(), principal, url.searchParams.get("project") ?? "", new Date().toISOString()),
);
