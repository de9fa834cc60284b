import { readServiceSignalsOperation } from "@/lib/api/contract/signals";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { loadServiceSignals } from "@/lib/queries/service-signals";

export const dynamic = "force-dynamic";

export const GET = handle(readServiceSignalsOperation, async ({ principal, params }) =>
  answer(200, await loadServiceSignals(getPool(), principal, params, new Date().toISOString())),
);
