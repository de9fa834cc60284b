import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { readEnvironment } from "@/lib/queries/environment";

export const dynamic = "force-dynamic";

/** One environment; `?offset=` pages its services, `?before=` its past. */
export const GET = viewRoute<{ project: string; environment: string }>((principal, url, place) => {
  const input = { ...place, ...Object.fromEntries(url.searchParams) };
  return readEnvironment(getPool(), principal, input, new Date().toISOString());
});
