import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadFailureEvidence } from "@/lib/queries/failure-evidence";

export const GET = viewRoute<{ id: string }>((principal, _url, { id }) =>
  loadFailureEvidence(getPool(), principal, id),
);
