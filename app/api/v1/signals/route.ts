import { listSignalsOperation } from "@/lib/api/contract/signals";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { readSignals } from "@/lib/queries/api/signals";

export const dynamic = "force-dynamic";

export const GET = handle(listSignalsOperation, async ({ principal, query }) =>
  answer(200, await readSignals(getPool(), principal, query, new Date().toISOString())),
);
