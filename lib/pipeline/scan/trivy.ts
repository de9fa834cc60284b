import { z } from "zod";
import {
  FindingList,
  instantOf,
  plainText,
  type ScanReport,
  type UnreadableReport,
  unreadable,
} from "@/lib/pipeline/scan/report";
import type { Severity } from "@/lib/pipeline/scan/severity";

const vulnerability = z.object({
  VulnerabilityID: z.string().min(1).max(200),
  PkgName: z.string().nullish(),
  InstalledVersion: z.string().nullish(),
  Severity: z.string().nullish(),
});
const form = z.object({
  SchemaVersion: z.number(),
  CreatedAt: z.string().nullish(),
  Trivy: z.object({ Version: z.string().nullish() }).nullish(),
  Metadata: z.object({ RepoDigests: z.array(z.string()).nullish() }).nullish(),
  Results: z
    .array(z.object({ Class: z.string().nullish(), Vulnerabilities: z.array(vulnerability).nullish() }))
    .nullish(),
});

const severityOf: Record<string, Severity> = { CRITICAL: "critical", HIGH: "high", MEDIUM: "medium", LOW: "low" };
/** Classes of results that are about vulnerabilities of packages; an older Trivy names none. */
const packageClasses = ["os-pkgs", "lang-pkgs"];

/** The JSON of `trivy image --format json`. What did not look at packages is no scan. */
export function readTrivy(document: unknown): ScanReport | UnreadableReport {
  const parsed = form.safeParse(document);
  if (!parsed.success) return unreadable(`Trivy's JSON has another form at ${placeOf(parsed.error)}`);
  const { CreatedAt, Trivy, Metadata, Results } = parsed.data;
  const looked = (Results ?? []).filter((one) => !one.Class || packageClasses.includes(one.Class));
  if (looked.length === 0) return unreadable("the report looked at no packages, so it says nothing of vulnerabilities");
  const list = new FindingList();
  for (const one of looked.flatMap((result) => result.Vulnerabilities ?? [])) {
    const severity = severityOf[one.Severity?.toUpperCase() ?? ""] ?? "unrated";
    const name = [one.PkgName, one.InstalledVersion].filter(Boolean).join(" ");
    list.add(plainText(one.VulnerabilityID), severity, name === "" ? undefined : plainText(name));
  }
  const findings = list.list();
  if (findings === undefined) return unreadable("the report lists more than 20,000 vulnerabilities");
  return {
    ...{ kind: "report", format: "trivy", tool: "Trivy", findings },
    toolVersion: Trivy?.Version ? plainText(Trivy.Version) : null,
    scannedAt: instantOf(CreatedAt),
    digests: (Metadata?.RepoDigests ?? []).flatMap((one) => /sha256:[0-9a-f]{64}$/.exec(one) ?? []),
  };
}

/** `Results.0.Class`; never what stands there. */
export function placeOf(error: z.ZodError): string {
  return error.issues[0]?.path.join(".").slice(0, 80) || "the document";
}
