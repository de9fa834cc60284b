import { streamOfTexts } from "@/app/api/view/stream-of-texts";
import { failureOf, readAddress } from "@/app/api/view/view-route";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { getPool } from "@/lib/db/pool";
import { openLedgerExport } from "@/lib/queries/api/ledger";

/** A project's whole chain as a file, for whoever is signed in; the API answers the same to tokens. */
export async function GET(request: Request): Promise<Response> {
  try {
    const principal = await principalFromRequest(request);
    const project = readAddress(request).searchParams.get("project") ?? "";
    const lines = await openLedgerExport(getPool(), principal, project);
    return new Response(streamOfTexts(lines), {
      headers: {
        "content-type": "application/x-ndjson; charset=utf-8",
        "content-disposition": `attachment; filename="${fileName(project)}"`,
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    return failureOf(error, "/api/view/ledger-export");
  }
}

function fileName(project: string): string {
  return `${project.replace(/[^A-Za-z0-9-]/g, "")}-ledger.jsonl`;
}
