import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { readMatrixInput } from "@/lib/queries/matrix-input";
import { readOverview } from "@/lib/queries/overview";

export const dynamic = "force-dynamic";

/** What stands above the matrix; `?projects=a,b` limits it. */
export const GET = viewRoute((principal, url) => {
  const { projects } = readMatrixInput(url.searchParams);
  return readOverview(getPool(), principal, { projects, now: new Date().toISOString() });
});
