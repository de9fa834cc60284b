import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { type HistoryFilter, loadHistory } from "@/lib/queries/history";

export const GET = viewRoute((principal, url) => {
  // Every name in the address is a field of the filter, which refuses those that it does not know.
  const filter = Object.fromEntries(url.searchParams) as unknown as HistoryFilter;
  return loadHistory(getPool(), principal, filter, new Date().toISOString());
});
