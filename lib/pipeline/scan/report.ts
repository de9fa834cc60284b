import { type Severity, worse } from "@/lib/pipeline/scan/severity";

/** One vulnerability, however many packages have it. */
export interface ScanFinding {
  id: string;
  severity: Severity;
  /** `openssl 3.0.11`; a few of them. */
  packages: string[];
}

/** What a scanner's report says, whatever form it came in. */
export interface ScanReport {
  kind: "report";
  format: "trivy" | "sarif";
  tool: string;
  toolVersion: string | null;
  /** When it scanned, ISO 8601 in UTC; null where the report does not tell. */
  scannedAt: string | null;
  /** The digests of images that the report names itself by; empty where it names none. */
  digests: string[];
  findings: ScanFinding[];
}

/** Why a report counts for nothing, in a sentence. */
export interface UnreadableReport {
  kind: "unreadable";
  message: string;
}

export function unreadable(message: string): UnreadableReport {
  return { kind: "unreadable", message };
}

const findingsMax = 20_000;
const packagesShown = 3;

/** Gathers what a report lists: each id once, with its worst severity. Undefined beyond 20,000 ids. */
export class FindingList {
  private readonly byId = new Map<string, ScanFinding>();

  add(id: string, severity: Severity, name: string | undefined): void {
    const known = this.byId.get(id);
    const finding = known ?? { id, severity, packages: [] };
    finding.severity = worse(finding.severity, severity);
    if (name !== undefined && finding.packages.length < packagesShown && !finding.packages.includes(name)) {
      finding.packages.push(name);
    }
    if (!known) this.byId.set(id, finding);
  }

  list(): ScanFinding[] | undefined {
    if (this.byId.size > findingsMax) return undefined;
    return [...this.byId.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }
}

/** A name or version out of a report, fit to be shown: printable ASCII, a hundred characters. */
export function plainText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);
}

/** An instant as ISO 8601 in UTC; null for what is none. */
export function instantOf(text: string | null | undefined): string | null {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
