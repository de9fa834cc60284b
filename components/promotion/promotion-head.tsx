import Link from "next/link";
import type { ReactNode } from "react";
import { ShortDigest } from "@/components/digest/short-digest";
import { PromotionName } from "@/components/promotion/promotion-name";
import { RetryButton } from "@/components/promotion/retry-button";
import type { PromotionAction } from "@/components/promotion/stop-sheet";
import { Shape } from "@/components/state/shape";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { LinkButton } from "@/components/ui/button";
import { PageHead } from "@/components/ui/page";
import type { PromotionView } from "@/lib/queries/promotion-page";

interface PromotionHeadProps {
  view: PromotionView;
  retryAction: PromotionAction;
  /** What may be said to it while it is under way. */
  controls?: ReactNode;
}

/** What moves where, where it stands, who asked. */
export function PromotionHead({ view, retryAction, controls }: PromotionHeadProps) {
  const { plan, phase } = view;
  const services = plan.services.map((one) => one.service);
  return (
    <PageHead
      title={
        <PromotionName services={services} version={plan.version} environment={plan.environment} kind={plan.kind} />
      }
      stamp={<Stamp name={phase} size="big" />}
      below={
        <>
          {view.id}, {plan.kind === "rollback" ? "a rollback, " : ""}asked for by {view.requestedBy}{" "}
          <RelativeTime at={view.requestedAt} />, plan <ShortDigest digest={view.planHash} />
          <Related view={view} />
          {view.reason ? (
            <>
              . “<bdi>{view.reason}</bdi>”
            </>
          ) : null}
        </>
      }
      actions={
        <>
          {controls}
          <Again view={view} />
          {view.rights.retry ? <RetryButton view={view} retryAction={retryAction} /> : null}
        </>
      }
    />
  );
}

function Related({ view }: { view: PromotionView }) {
  const links = [
    ...(view.causedBy ? [{ word: view.plan.kind === "rollback" ? "undoes" : "tries again", id: view.causedBy }] : []),
    ...view.supersedes.map((id) => ({ word: "superseded", id })),
    ...view.undoneBy.map((id) => ({ word: "undone by", id })),
    ...(view.supersededBy ? [{ word: "superseded by", id: view.supersededBy }] : []),
  ];
  return links.map(({ word, id }) => (
    <span key={`${word} ${id}`}>
      , {word}{" "}
      <Link className="link" href={`/promotions/${id}`}>
        {id}
      </Link>
    </span>
  ));
}

/** What ended without success may be asked for again; the preview says whether it may pass. */
function Again({ view }: { view: PromotionView }) {
  const { project, plan, phase } = view;
  const isAgain = ["rejected", "expired", "superseded", "aborted", "failed", "rolledBack"].includes(phase);
  if (!isAgain || plan.kind !== "promote" || !view.rights.promote) return null;
  const query = new URLSearchParams({ project, environment: plan.environment, release: plan.release });
  return (
    <LinkButton href={`/promote?${query}`} icon={<Shape name="move" />}>
      Preview it again
    </LinkButton>
  );
}
