import { readJobLogsOperation } from "@/lib/api/contract/job-logs";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { loadJobLogs } from "@/lib/queries/job-logs";

export const dynamic = "force-dynamic";

export const GET = handle(readJobLogsOperation, async ({ principal, params }) =>
  answer(200, { items: await loadJobLogs(getPool(), principal, params.id) }),
);
