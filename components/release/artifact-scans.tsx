import { ExactTime } from "@/components/time/exact-time";
import { severities } from "@/lib/pipeline/scan/severity";
import type { ArtifactScan } from "@/lib/queries/artifact-scans";

/** What scanners found in one image: counts by severity, the tool, when, and who reported it. */
export function ArtifactScans({ scans }: { scans: ArtifactScan[] }) {
  return (
    <>
      <h3 className="small strong mb-1">Scans</h3>
      {scans.length === 0 ? (
        <p className="small muted">No scan of this digest is known.</p>
      ) : (
        <ul className="grid gap-2">
          {scans.map((scan) => (
            <li key={scan.id} className="small">
              <p>
                {severities.map((severity, index) => (
                  <span key={severity} className={scan.counts[severity] === 0 ? "muted" : "strong"}>
                    {index > 0 ? ", " : ""}
                    {scan.counts[severity]} {severity}
                  </span>
                ))}
              </p>
              <p className="muted">
                {[scan.tool, scan.toolVersion].filter(Boolean).join(" ")},{" "}
                {scan.scannedAt === null ? "no date" : <ExactTime at={scan.scannedAt} show="both" />},{" "}
                {scan.uploadedBy === null ? "found in the registry" : `uploaded by ${scan.uploadedBy}`}
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
