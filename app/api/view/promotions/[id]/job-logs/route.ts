import { viewRoute } from "@/app/api/view/view-route";
import { getPool } from "@/lib/db/pool";
import { loadJobLogs } from "@/lib/queries/job-logs";

export const GET = viewRoute<{ id: string }>((principal, _url, { id }) => loadJobLogs(getPool(), principal, id));
