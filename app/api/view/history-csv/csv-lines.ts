import { stringify } from "csv-stringify/sync";
import type { HistoryLine } from "@/lib/queries/history";

const columns = ["number", "at", "kind", "subject", "about", "by", "promotion", "hash"] as const;

/**
 * Pages of a ledger's lines as CSV (RFC 4180, with the byte order mark that spreadsheets ask for). A cell that a spreadsheet
 * would take for a formula gets an apostrophe before it: reasons, labels and names are written by anybody.
 */
export async function* csvLines(pages: AsyncIterable<HistoryLine[]>): AsyncGenerator<string> {
  yield `\ufeff${columns.join(",")}\r\n`;
  for await (const lines of pages) {
    const rows = lines.map(({ seq, at, kind, subject, about, by, promotion, hash }) => [
      ...[seq, at, kind, subject, about ?? "", by, promotion ?? "", hash],
    ]);
    // All texts in quotes: a lone line break would start a row of its own for some readers, and a formula with it.
    yield stringify(rows, { escape_formulas: true, quoted_string: true, record_delimiter: "windows" });
  }
}
