import { type OverrideActions, OverrideActs } from "@/components/override/override-acts";
import { overrideStandingWords } from "@/components/override/override-words";
import { gateTitle } from "@/components/promotion/gate-words";
import { RelativeTime } from "@/components/time/relative-time";
import { Alert } from "@/components/ui/alert";
import { fullStopAfter } from "@/components/ui/full-stop";
import type { PromotionView } from "@/lib/queries/promotion-page";

/** Every override of a promotion, at the top of its page: nobody has to look for a gate that was let pass. */
export function OverridesAlert({ view, actions }: { view: PromotionView; actions: OverrideActions }) {
  return view.overrides.map((override) => {
    const { id, gateKind, by, at, reason, incident, review, standing, confirmedBy } = override;
    const title = standing === "asked" || standing === "void" ? "Asked to override" : "Overridden";
    const isSettled = standing === "reviewed" || standing === "void";
    return (
      <div key={id} className="mb-4">
        <Alert
          tone={isSettled ? "info" : "fail"}
          title={`${title}: the gate ${gateTitle(gateKind)}`}
          action={
            <OverrideActs
              override={override}
              promotion={view.id}
              environment={view.plan.environment}
              planHash={view.planHash}
              actions={actions}
            />
          }
        >
          {by}
          {confirmedBy ? ` and ${confirmedBy}` : ""}, <RelativeTime at={at} />, for {incident}: <bdi>{reason}</bdi>
          {fullStopAfter(reason)}{" "}
          {review ? `Reviewed by ${review.by}: ${review.words}` : overrideStandingWords(standing)}
        </Alert>
      </div>
    );
  });
}
