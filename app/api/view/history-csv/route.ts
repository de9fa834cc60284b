import { csvLines } from "@/app/api/view/history-csv/csv-lines";
import { streamOfTexts } from "@/app/api/view/stream-of-texts";
import { failureOf, readAddress } from "@/app/api/view/view-route";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { getPool } from "@/lib/db/pool";
import { type HistoryFilter, openHistoryExport } from "@/lib/queries/history";

/** What a filter of the history matches, as a file for a spreadsheet; for whoever may read that ledger. */
export async function GET(request: Request): Promise<Response> {
  try {
    const principal = await principalFromRequest(request);
    // The query parses it strictly: what is missing or unknown is named there.
    const filter = Object.fromEntries(readAddress(request).searchParams) as HistoryFilter;
    const pages = await openHistoryExport(getPool(), principal, filter);
    return new Response(streamOfTexts(csvLines(pages)), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${filter.project.replace(/[^A-Za-z0-9-]/g, "")}-history.csv"`,
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    return failureOf(error, "/api/view/history-csv");
  }
}
