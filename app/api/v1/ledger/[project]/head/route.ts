import { ledgerHeadOperation } from "@/lib/api/contract/ledger";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { readLedgerHead } from "@/lib/queries/api/ledger";

export const dynamic = "force-dynamic";

export const GET = handle(ledgerHeadOperation, async ({ principal, params }) =>
  answer(200, await readLedgerHead(getPool(), principal, params.project)),
);
