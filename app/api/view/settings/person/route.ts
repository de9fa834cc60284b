import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadPersonRights } from "@/lib/queries/person-rights";

export const GET = viewRoute((principal, url) =>
  loadPersonRights(getPool(), principal, url.searchParams.get("person") ?? "", new Date().toISOString()),
);
