import { ExactTime } from "@/components/time/exact-time";
import type { ArtifactSignatures } from "@/lib/queries/artifact-signatures";

/** Who signed one image, of those whom a gate names, and why what else is attached does not count. */
export function SignatureLines({ signatures }: { signatures: ArtifactSignatures | null }) {
  return (
    <>
      <h3 className="small strong mb-1">Signatures</h3>
      {signatures === null ? (
        <p className="small muted">No gate has asked who signed it.</p>
      ) : (
        <>
          <ul className="grid gap-1">
            {signatures.valid.map(({ by, at }) => (
              <li key={by} className="small [overflow-wrap:anywhere]">
                signed by {by}
                {at === null ? null : (
                  <>
                    , <ExactTime at={at} show="both" />
                  </>
                )}
              </li>
            ))}
            {signatures.refused.map((why) => (
              <li key={why} className="small muted [overflow-wrap:anywhere]">
                one that does not count: {why}
              </li>
            ))}
            {signatures.troubles.map((why) => (
              <li key={why} className="small [overflow-wrap:anywhere]">
                not known: {why}
              </li>
            ))}
            {signatures.valid.length + signatures.refused.length + signatures.troubles.length === 0 ? (
              <li className="small">It is not signed.</li>
            ) : null}
          </ul>
          <p className="small muted">
            verified <ExactTime at={signatures.verifiedAt} show="both" />
          </p>
        </>
      )}
    </>
  );
}
