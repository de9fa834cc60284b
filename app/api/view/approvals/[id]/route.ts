import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadApprovalSlip } from "@/lib/queries/approval-slip";

export const GET = viewRoute<{ id: string }>((principal, url, { id }) =>
  loadApprovalSlip(getPool(), principal, id, {
    planHash: url.searchParams.get("plan") ?? undefined,
    now: new Date().toISOString(),
  }),
);
