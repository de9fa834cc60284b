import { exportLedgerOperation } from "@/lib/api/contract/ledger";
import { handle, streamed } from "@/lib/api/handle";
import { streamLines } from "@/lib/api/stream-lines";
import { getPool } from "@/lib/db/pool";
import { openLedgerExport } from "@/lib/queries/api/ledger";

export const dynamic = "force-dynamic";

export const GET = handle(exportLedgerOperation, async ({ principal, params: { project } }) => {
  const lines = await openLedgerExport(getPool(), principal, project);
  const filename = `${project.replace(/[^a-z0-9-]/g, "")}.ledger.jsonl`;
  return streamed(200, streamLines(lines), { "content-disposition": `attachment; filename="${filename}"` });
});
