import { type ScanReport, type UnreadableReport, unreadable } from "@/lib/pipeline/scan/report";
import { readSarif } from "@/lib/pipeline/scan/sarif";
import { readTrivy } from "@/lib/pipeline/scan/trivy";

/** What a scanner's report says; its form is told from the document itself. Never throws. */
export function readReport(document: unknown): ScanReport | UnreadableReport {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return unreadable("the report is not a JSON object");
  }
  if ("SchemaVersion" in document) return readTrivy(document);
  if ("runs" in document) return readSarif(document);
  return unreadable("the report is neither Trivy's JSON nor SARIF 2.1.0");
}
