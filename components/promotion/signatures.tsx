import { ShortDigest } from "@/components/digest/short-digest";
import { Stamp } from "@/components/state/stamp";
import { ExactTime } from "@/components/time/exact-time";
import { Alert } from "@/components/ui/alert";
import type { PromotionView, SignatureView } from "@/lib/queries/promotion-page";

/** Who signed; a signature of another plan, or one that does not count any more, is struck and says so. */
export function Signatures({ view }: { view: Pick<PromotionView, "signatures" | "signing"> }) {
  const { signatures, signing } = view;
  if (signatures.length === 0) return <>{`0 of ${signing.needed} given for this plan`}</>;
  return (
    <ul className="flex flex-wrap gap-2">
      {signatures.map((signature) => (
        <li key={signature.entry}>
          <SignatureStamp signature={signature} />
        </li>
      ))}
    </ul>
  );
}

function some(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function SignatureStamp({ signature }: { signature: SignatureView }) {
  const { by, at, current, counts, reason, planHash } = signature;
  return (
    <span title={reason ?? undefined}>
      <Stamp name={counts ? "approved" : "revoked"} signed={counts} size="small">
        {by} <ExactTime at={at} />
        {counts ? null : ", void"}
      </Stamp>
      {reason ? <span className="small"> {reason}</span> : null}
      {current ? null : (
        <span className="small muted">
          {" "}
          was for plan <ShortDigest digest={planHash} />
        </span>
      )}
      {current && !counts ? <span className="small muted"> may not sign it any more</span> : null}
    </span>
  );
}

/** Says clearly that the plan became another one, and which signatures that made void. */
export function Replanned({ view }: { view: Pick<PromotionView, "replans" | "ended"> }) {
  const last = view.replans.at(-1);
  if (!last) return null;
  const signatures = view.replans.reduce((sum, one) => sum + one.voided, 0);
  const ticks = view.replans.reduce((sum, one) => sum + one.voidedTicks, 0);
  const voided = signatures + ticks;
  const counted = [
    ...(signatures > 0 ? [some(signatures, "signature")] : []),
    ...(ticks > 0 ? [some(ticks, "tick")] : []),
  ];
  const about =
    voided === 0 ? "no signature was given before" : `${counted.join(" and ")} ${voided === 1 ? "is" : "are"} void`;
  return (
    <div className="mb-4">
      <Alert
        tone={voided > 0 && !view.ended ? "warn" : "info"}
        title={
          <>
            The plan became another one at <ExactTime at={last.at} show="both" />: {about}
          </>
        }
      >
        {last.changes.join("; ")}, entry {last.entry}
      </Alert>
    </div>
  );
}
