import { createHash } from "node:crypto";
import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { json, sql } from "@/lib/db/sql";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { parseInput } from "@/lib/pipeline/errors";
import { type Digest, isDigest } from "@/lib/pipeline/release/digest";
import { readReport } from "@/lib/pipeline/scan/read-report";
import type { ScanReport } from "@/lib/pipeline/scan/report";
import { countSeverities, type SeverityCounts } from "@/lib/pipeline/scan/severity";

export const recordScanInput = z.strictObject({
  project: z.string().min(1).max(63),
  digest: z
    .string()
    .refine(isDigest, "must be sha256: and 64 lower-case hex digits")
    .meta({ description: "the digest of an image that was announced", pattern: "^sha256:[0-9a-f]{64}$" }),
  report: z
    .record(z.string(), z.unknown())
    .meta({ description: "the report as the scanner wrote it: Trivy's JSON, or SARIF 2.1.0" }),
});

export interface ScanRecorded {
  kind: "scanRecorded";
  id: string;
  digest: Digest;
  services: string[];
  tool: string;
  toolVersion: string | null;
  scannedAt: string;
  counts: SeverityCounts;
  /** False where exactly this report was recorded before. */
  created: boolean;
}

/** Clocks differ by a little; a date from further ahead would outlive every later scan. */
const aheadMs = 5 * 60_000;

/**
 * Keeps what a scanner found in an announced digest, with who reported it, and lets promotions that wait look again. A
 * report about another image, or one that says nothing of vulnerabilities, is refused; the same report again is the same
 * scan. A report that does not say when it was made is dated now.
 */
export async function recordScan(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<ScanRecorded | Refusal> {
  const input = parseInput(recordScanInput, raw);
  const { project } = input;
  // The input's schema has checked it.
  const digest = input.digest as Digest;
  mustBeAbleTo(principal, "announce", { project });
  const report = readReport(input.report);
  if (report.kind === "unreadable") return refuse("unreadableReport", report.message);
  if (report.digests.length > 0 && !report.digests.includes(digest)) {
    return refuse("otherDigest", `the report is about ${report.digests[0]}, not about ${digest}`);
  }
  const now = context.now();
  if (Date.parse(report.scannedAt ?? now) - Date.parse(now) > aheadMs) {
    return refuse("unreadableReport", `the report is dated ${report.scannedAt}, which is yet to come`);
  }
  const reportHash = createHash("sha256").update(JSON.stringify(input.report)).digest("hex");
  return inLedgerTransaction(context.pool, project, (tx) => record(tx, principal, { digest, report, reportHash, now }));
}

async function record(
  tx: LedgerTransaction,
  principal: Principal,
  { digest, report, reportHash, now }: { digest: Digest; report: ScanReport; reportHash: string; now: string },
): Promise<ScanRecorded | Refusal> {
  const found = await tx.query<{ service: string }>(
    sql`select distinct service from artifact where project = ${tx.project} and digest = ${digest} order by service`,
  );
  const services = found.map((one) => one.service);
  if (services.length === 0) {
    return refuse("unknownDigest", `nobody has announced ${digest} in ${tx.project}; announce the build first`);
  }
  const { tool, toolVersion, format, findings } = report;
  const said = { digest, services, tool, toolVersion, counts: countSeverities(findings) };
  const [before] = await tx.query<{ id: string; scannedAt: string }>(
    sql`select id, scanned_at as "scannedAt" from scan
         where project = ${tx.project} and digest = ${digest} and report_hash = ${reportHash}`,
  );
  if (before) return { kind: "scanRecorded", ...before, ...said, created: false };
  const id = `${tx.project}:scan:${tx.head.seq + 1}`;
  const scannedAt = report.scannedAt ?? now;
  const actor = actorOf(principal);
  await tx.execute(
    sql`insert into scan (id, project, digest, format, tool, tool_version, scanned_at, counts, findings, report_hash,
                          reported_by, reported_at)
        values (${id}, ${tx.project}, ${digest}, ${format}, ${tool}, ${toolVersion}, ${scannedAt},
                ${json(said.counts)}::jsonb, ${json(findings)}::jsonb, ${reportHash}, ${json(actor)}::jsonb, ${now})`,
  );
  const [service] = services;
  const subject = services.length === 1 && service ? { service } : {};
  const data = { id, ...said, format, scannedAt, reportHash };
  await tx.append([{ kind: "scan.recorded", data, at: now, actor, subject }]);
  await wakeWaiting(tx, tx.project);
  return { kind: "scanRecorded", id, ...said, scannedAt, created: true };
}

function refuse(code: string, message: string): Refusal {
  return { kind: "rejection", code, message };
}
