import { KeptByDigest } from "@/lib/engine/evidence/kept-by-digest";
import type { Collector, Question } from "@/lib/engine/evidence/question";
import { registryScanKey, registryScanKind } from "@/lib/facts/evidence/scans";
import type { RegistryScans, Scan } from "@/lib/pipeline/gates/gate";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import { readReport } from "@/lib/pipeline/scan/read-report";
import { instantOf } from "@/lib/pipeline/scan/report";
import type { ArtifactRegistry, Referrer } from "@/lib/ports/artifact-registry";

/** What scanners and their plugins attach their reports as. */
const reportTypes = [
  "application/sarif+json",
  "application/vnd.aquasec.trivy.report+json",
  "application/vnd.aquasec.trivy.report.sarif.v1",
];
const scansMax = 10;
const reportBytesMax = 8 * 1024 * 1024;
/** A scan may be attached at any moment, so the list is asked for again; what stands in it never changes. */
const listFreshMs = 60_000;
const kept = new KeptByDigest<ReadScan>(500);

/** A scan, or why it counts for nothing; `nothing` is something else that was attached. */
type ReadScan = { kind: "scan"; scan: Scan } | { kind: "unreadable"; why: string } | { kind: "nothing" };

/** Scans that were attached to the digests in their registry, as referrers. */
export const collectScans: Collector = ({ plan }) => {
  const asks = plan.gates.some((gate) => gate.kind === "vulnerabilities" && gate.from.includes("registry"));
  return asks ? plan.services.map((planned) => question(plan.project, planned)) : [];
};

function question(project: string, planned: PlannedService): Question {
  return {
    kind: registryScanKind,
    key: registryScanKey(planned),
    freshMs: listFreshMs,
    async ask(world, signal) {
      const registry = await world.registry(project, planned.connection);
      return readScans(registry, project, planned, signal);
    },
  };
}

async function readScans(
  registry: ArtifactRegistry,
  project: string,
  { connection, repository, to }: PlannedService,
  signal: AbortSignal,
): Promise<RegistryScans> {
  const attached = await registry.referrers(repository, to.digest, signal);
  const reports = attached
    .filter(({ artifactType }) => artifactType === undefined || reportTypes.includes(artifactType))
    .sort((a, b) => createdOf(b.annotations).localeCompare(createdOf(a.annotations)))
    .slice(0, scansMax);
  const answer: RegistryScans = { scans: [], unreadable: [] };
  for (const one of reports) {
    const key = `${project} ${connection} ${registry.host}/${repository}@${one.digest} of ${to.digest}`;
    const found = await kept.get(key, () => readScan(registry, repository, to.digest, one, signal));
    if (found.kind === "scan") answer.scans.push(found.scan);
    if (found.kind === "unreadable")
      answer.unreadable.push(`${one.digest.slice(0, 19)} counts for nothing: ${found.why}`);
  }
  return answer;
}

function createdOf(annotations: Record<string, string>): string {
  return instantOf(annotations["org.opencontainers.image.created"]) ?? "";
}

async function readScan(
  registry: ArtifactRegistry,
  repository: string,
  subject: string,
  { digest }: Referrer,
  signal: AbortSignal,
): Promise<ReadScan> {
  const unreadable = (why: string): ReadScan => ({ kind: "unreadable", why });
  const artifact = await registry.artifact(repository, { digest }, signal);
  if (!artifact || !reportTypes.includes(artifact.artifactType)) return { kind: "nothing" };
  if (artifact.subject !== subject) return unreadable("it was attached to another digest");
  const [layer] = artifact.layers;
  if (!layer) return unreadable("it holds no report");
  const bytes = await registry.blob(repository, layer.digest, reportBytesMax, signal);
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return unreadable("its report is not JSON");
  }
  const report = readReport(document);
  if (report.kind === "unreadable") return unreadable(report.message);
  if (report.digests.length > 0 && !report.digests.includes(subject))
    return unreadable("its report is about another image");
  const { tool, toolVersion, findings } = report;
  const scannedAt = report.scannedAt ?? (createdOf(artifact.annotations) || null);
  return { kind: "scan", scan: { id: digest, tool, toolVersion, scannedAt, reportedBy: null, findings } };
}
