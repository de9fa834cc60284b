import { readReverificationLogsOperation } from "@/lib/api/contract/job-logs";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { loadReverificationLogs } from "@/lib/queries/job-logs";

export const dynamic = "force-dynamic";

export const GET = handle(readReverificationLogsOperation, async ({ principal, params }) =>
  answer(200, { items: await loadReverificationLogs(getPool(), principal, params.id) }),
);
