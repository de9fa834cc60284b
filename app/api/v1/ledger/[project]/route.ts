import { readLedgerOperation } from "@/lib/api/contract/ledger";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { readLedger } from "@/lib/queries/api/ledger";

export const dynamic = "force-dynamic";

export const GET = handle(readLedgerOperation, async ({ principal, params, query }) =>
  answer(200, await readLedger(getPool(), principal, params.project, query)),
);
