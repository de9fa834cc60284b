import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { listEnvironments } from "@/lib/queries/environments";
import { readMatrixInput } from "@/lib/queries/matrix-input";

export const dynamic = "force-dynamic";

/** The environments by project; `?projects=a,b` limits them. */
export const GET = viewRoute((principal, url) => {
  const { projects } = readMatrixInput(url.searchParams);
  return listEnvironments(getPool(), principal, { projects, now: new Date().toISOString() });
});
