import { type Finding, verdictOf } from "@/lib/pipeline/gates/finding";
import type { GateEvidence, GateInput, Scan, ScanFacts, Verdict } from "@/lib/pipeline/gates/gate";
import { untilAnswered } from "@/lib/pipeline/gates/until-answered";
import {
  type AllowedVulnerability,
  type VulnerabilitiesConfig,
  vulnerabilitiesDemand,
} from "@/lib/pipeline/gates/vulnerabilities-config";
import { formatDuration } from "@/lib/pipeline/policy/duration";
import { countSeverities, type SeverityCounts, severities } from "@/lib/pipeline/scan/severity";

/** What a registry said of attached scans counts for this long. */
const registryFreshMs = 60 * 60_000;
/** Clocks differ; what claims to be from further ahead is not believed. */
const aheadMs = 5 * 60_000;
const idsShown = 5;

/**
 * How many vulnerabilities the scans of exactly these digests found. The newest scan of every scanner counts, so that a
 * clean report of one does not hide what another found. No scan, or none that is new enough, is unknown.
 */
export function evaluateVulnerabilities(
  config: VulnerabilitiesConfig & { kind: "vulnerabilities" },
  { plan, evidence, now }: GateInput,
): Verdict {
  const base = { gate: "vulnerabilities", demand: vulnerabilitiesDemand(config) };
  const findings = plan.services.map(({ service, to }) => {
    const finding = judgeService(config, factsOf(evidence, service, to.digest), service, now);
    if (plan.services.length === 1) return finding;
    return { ...finding, evidence: finding.evidence.map((one) => ({ ...one, name: `${service} ${one.name}` })) };
  });
  const verdict = verdictOf(base, findings, {
    pass: "no scan found more than is allowed",
    nothing: "no scan is known",
    whoCanAct:
      "attach a scan of this digest, announce a build without them, or allow one by its id in the project file",
  });
  if (verdict.status !== "unknown" || !config.from.includes("registry")) return verdict;
  const asked = plan.services.map(({ service, to }) => factsOf(evidence, service, to.digest)?.registry);
  return { ...verdict, ...untilAnswered(asked, now) };
}

function factsOf({ scans }: GateEvidence, service: string, digest: string): ScanFacts | undefined {
  return scans?.find((one) => one.service === service && one.digest === digest);
}

function judgeService(
  config: VulnerabilitiesConfig,
  facts: ScanFacts | undefined,
  service: string,
  now: string,
): Finding {
  const registry = config.from.includes("registry") ? registryScans(facts, now) : { scans: [], notes: [], known: true };
  const uploaded = config.from.includes("upload") ? (facts?.uploaded ?? []) : [];
  const usable = [...uploaded, ...registry.scans].map((scan) => ({ scan, trouble: troubleOf(scan, config, now) }));
  const notes = registry.notes.map((value) => ({ name: "registry", value }));
  const counted = newestOfEach(usable.filter((one) => one.trouble === undefined).map((one) => one.scan));
  if (counted.length === 0) {
    const why = usable.length > 0 ? usable.map((one) => one.trouble).join(", ") : "no scan of this digest is attached";
    const words = [`${service}: ${why}`, ...registry.notes].join("; ");
    return { status: "unknown", words, evidence: notes };
  }
  const judged = counted.map((scan) => judgeScan(config, scan, now));
  const bad = judged.filter((one) => one.status === "fail");
  const unclear = judged.filter((one) => one.status === "unknown");
  const evidence = [...judged.flatMap((one) => one.evidence), ...notes];
  const told = [...bad, ...unclear].map((one) => one.words).join("; ");
  if (told !== "") return { status: bad.length > 0 ? "fail" : "unknown", words: `${service} has ${told}`, evidence };
  const found = judged.map((one) => one.words).join(", ");
  // A scan that says otherwise may be attached there: what was uploaded does not speak for it.
  if (!registry.known) return { status: "unknown", words: `${service}: ${registry.notes.join("; ")}`, evidence };
  return { status: "pass", words: `${service}: ${found}`, evidence };
}

interface RegistrySaid {
  scans: Scan[];
  notes: string[];
  /** False where it may hold a scan that nobody read. */
  known: boolean;
}

function registryScans(facts: ScanFacts | undefined, now: string): RegistrySaid {
  const fact = facts?.registry;
  const unknown = (note: string): RegistrySaid => ({ scans: [], notes: [note], known: false });
  if (fact === undefined) return { ...unknown("what the registry held is not told"), known: true };
  if (fact === null) return unknown("the registry was not asked for scans yet");
  if (fact.value === undefined) return unknown(`the registry did not answer: ${fact.trouble ?? ""}`);
  if (!(Date.parse(now) - Date.parse(fact.observedAt) <= registryFreshMs)) {
    return unknown(`the registry was asked for scans last at ${fact.observedAt}`);
  }
  return { scans: fact.value.scans, notes: fact.value.unreadable, known: true };
}

function troubleOf({ tool, scannedAt }: Scan, { maxAgeMs }: VulnerabilitiesConfig, now: string): string | undefined {
  if (scannedAt === null)
    return maxAgeMs === undefined ? undefined : `the scan by ${tool} does not say when it was made`;
  const ageMs = Date.parse(now) - Date.parse(scannedAt);
  if (Number.isNaN(ageMs) || ageMs < -aheadMs) return `the scan by ${tool} is dated ${scannedAt}, which is yet to come`;
  if (maxAgeMs === undefined || ageMs <= maxAgeMs) return undefined;
  return `the scan by ${tool} is of ${scannedAt}, older than ${formatDuration(maxAgeMs)}`;
}

/** One scan a scanner, the newest; what does not say when comes last. */
function newestOfEach(scans: readonly Scan[]): Scan[] {
  const newest = new Map<string, Scan>();
  for (const scan of scans) {
    const key = scan.tool.toLowerCase();
    const before = newest.get(key);
    if (!before || (scan.scannedAt ?? "") > (before.scannedAt ?? "")) newest.set(key, scan);
  }
  return [...newest.values()].sort((a, b) => (a.tool < b.tool ? -1 : 1));
}

function judgeScan(config: VulnerabilitiesConfig, scan: Scan, now: string): Finding {
  const today = now.slice(0, 10);
  const allowance = (id: string) => config.allow.filter((one) => one.id.toUpperCase() === id.toUpperCase());
  const standing = (id: string) => allowance(id).find((one) => today <= one.until);
  const left = scan.findings.filter((one) => !standing(one.id));
  const excused = scan.findings.flatMap((one) => standing(one.id) ?? []);
  const ended = left.flatMap((one) => allowance(one.id).slice(-1));
  const counts = countSeverities(left);
  // A finding that nobody rated may be the worst there is: without a limit of their own none is let through.
  const limits = { unrated: 0, ...config.limits };
  const over = severities.filter((one) => counts[one] > (limits[one] ?? Number.POSITIVE_INFINITY));
  const words = over.map((severity) => {
    const ids = left.filter((one) => one.severity === severity).map((one) => one.id);
    const named =
      ids.slice(0, idsShown).join(", ") + (ids.length > idsShown ? ` and ${ids.length - idsShown} more` : "");
    return `${counts[severity]} ${severity}, ${limits[severity]} allowed: ${named}`;
  });
  const endedWords = ended.map((one) => `what allowed ${one.id} ended on ${one.until}`);
  return {
    status: over.length === 0 ? "pass" : over.every((one) => one === "unrated") ? "unknown" : "fail",
    words: over.length === 0 ? foundWords(scan, counts, config) : [...words, ...endedWords].join("; "),
    evidence: [
      { name: "scan", value: scanWords(scan) },
      ...severities.map((one) => {
        const most = limits[one];
        return {
          name: one,
          value: String(counts[one]),
          ...(most === undefined ? {} : { threshold: `${most} at most` }),
        };
      }),
      ...excused.map((one) => ({ name: "allowed", value: allowanceWords(one) })),
      ...ended.map((one) => ({ name: "not allowed any more", value: allowanceWords(one) })),
    ],
  };
}

/** `0 critical, 1 high by Trivy`, of the severities that are limited. */
function foundWords({ tool }: Scan, counts: SeverityCounts, { limits }: VulnerabilitiesConfig): string {
  const limited = severities.filter((one) => limits[one] !== undefined);
  return `${limited.map((one) => `${counts[one]} ${one}`).join(", ")} by ${tool}`;
}

function allowanceWords({ id, until, reason }: AllowedVulnerability): string {
  return `${id} until ${until}: ${reason}`;
}

/** `Trivy 0.57.1, 2026-03-01T10:00:00.000Z, uploaded by ci`. */
export function scanWords({ tool, toolVersion, scannedAt, reportedBy, id }: Omit<Scan, "findings">): string {
  const by = reportedBy === null ? `found in the registry, ${id.slice(0, 19)}` : `uploaded by ${reportedBy}`;
  return `${[tool, toolVersion].filter(Boolean).join(" ")}, ${scannedAt ?? "no date"}, ${by}`;
}
