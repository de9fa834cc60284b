import { viewRoute } from "@/app/api/view/view-route";
import { setSubject } from "@/components/promote/set-address";
import { getPool } from "@/lib/db/pool";
import { loadPromoteSet } from "@/lib/queries/promote-set";

export const GET = viewRoute((principal, url) =>
  loadPromoteSet(getPool(), principal, setSubject(url.searchParams), new Date().toISOString()),
);
