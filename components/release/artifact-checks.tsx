import { RunLink } from "@/components/promotion/run-link";
import { State } from "@/components/state/state";
import { ExactTime } from "@/components/time/exact-time";
import type { VerdictStatus } from "@/lib/pipeline/gates/gate";
import type { ArtifactCheck } from "@/lib/queries/artifact-checks";

/** Drawn as a gate would judge it, whatever its age. */
const looks: Record<ArtifactCheck["status"], VerdictStatus> = {
  queued: "wait",
  running: "wait",
  passed: "pass",
  failed: "fail",
};

/** What CI reported last of every check of one image: how it stands, where, by whom and when. */
export function ArtifactChecks({ checks }: { checks: ArtifactCheck[] }) {
  return (
    <>
      <h3 className="small strong mb-1">Checks</h3>
      {checks.length === 0 ? (
        <p className="small muted">No check of this digest was reported.</p>
      ) : (
        <ul className="grid gap-2">
          {checks.map((check) => (
            <li key={`${check.environment} ${check.name}`} className="small">
              <State name={looks[check.status]}>
                {check.name} {check.status} in {check.environment}
              </State>
              {check.summary === null ? null : <p>{check.summary}</p>}
              <p className="muted">
                reported by {check.reportedBy}, <ExactTime at={check.reportedAt} show="both" />
                {check.url === null ? null : (
                  <>
                    , <RunLink url={check.url} name={check.name} />
                  </>
                )}
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
