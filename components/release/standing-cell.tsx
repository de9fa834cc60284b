import Link from "next/link";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import type { PromotionPhase } from "@/lib/pipeline/promotion/state";
import type { ArtifactStanding } from "@/lib/queries/service-releases";

const openPhases: readonly PromotionPhase[] = ["waiting", "queued", "rollingOut", "verifying", "rollingBack", "stuck"];

/** Where an artifact stands in an environment, in one mark: what is under way first, then what runs, then the past. */
export function StandingCell({ standing }: { standing: ArtifactStanding | undefined }) {
  if (!standing) return <span className="muted">no target</span>;
  const { runs, verifiedAt, blocked, promotion } = standing;
  if (promotion && openPhases.includes(promotion.phase)) return <Toward promotion={promotion} />;
  if (runs)
    return <State name={verifiedAt ? "observed" : "accepted"}>{verifiedAt ? "runs" : "runs, not verified"}</State>;
  if (blocked !== null)
    return (
      <span title={blocked}>
        <State name="blocked" />
        <span className="sr">: {blocked}</span>
      </span>
    );
  if (verifiedAt)
    return (
      <span className="nowrap">
        <State name="succeeded">ran</State>{" "}
        <span className="muted">
          <RelativeTime at={verifiedAt} />
        </span>
      </span>
    );
  if (promotion) return <Toward promotion={promotion} />;
  return (
    <span className="muted">
      –<span className="sr"> never there</span>
    </span>
  );
}

function Toward({ promotion }: { promotion: { id: string; phase: PromotionPhase } }) {
  return (
    <Link className="hover:underline" href={`/promotions/${promotion.id}`} title={promotion.id}>
      <State name={promotion.phase} />
    </Link>
  );
}
