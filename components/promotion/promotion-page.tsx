"use client";

import { History } from "lucide-react";
import { useState } from "react";
import { SignBox } from "@/components/approval/sign-box";
import type { SignAction } from "@/components/approval/use-signature";
import { useView } from "@/components/live/use-view";
import { ViewErrorState } from "@/components/live/view-error-state";
import { OverridesAlert } from "@/components/override/overrides-alert";
import { PlanChanged } from "@/components/promote/plan-changed";
import { type CanaryActions, CanaryControls } from "@/components/promotion/canary-controls";
import { DelegatedControls } from "@/components/promotion/delegated-controls";
import { PromotionAside } from "@/components/promotion/promotion-aside";
import { PromotionHead } from "@/components/promotion/promotion-head";
import { promotionWords } from "@/components/promotion/promotion-name";
import { PromotionSheet } from "@/components/promotion/promotion-sheet";
import { ReplayBar } from "@/components/promotion/replay-bar";
import { Replanned } from "@/components/promotion/signatures";
import { canStop, type PromotionAction, StopSheet } from "@/components/promotion/stop-sheet";
import { useReplay } from "@/components/promotion/use-replay";
import { WithAside } from "@/components/sheet/sheet";
import { SetCrumbs } from "@/components/shell/crumbs";
import { useDocumentTitle } from "@/components/shell/use-document-title";
import { lookOf } from "@/components/state/state-language";
import { StoppedClock } from "@/components/time/now";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { PromotionView } from "@/lib/queries/promotion-page";
import type { ReplayView } from "@/lib/queries/promotion-replay";

export interface PromotionActions extends CanaryActions {
  approveAction: SignAction;
  rejectAction: SignAction;
  abortAction: PromotionAction;
  settleStuckAction: PromotionAction;
  retryAction: PromotionAction;
  unblockAction: PromotionAction;
  tickAction: PromotionAction;
  overrideGateAction: PromotionAction;
  confirmOverrideAction: PromotionAction;
  reviewOverrideAction: PromotionAction;
}

/** While targets change, what does not come over the stream (a try that is put off) is asked for this often. */
const underWayMs = 4_000;

interface PromotionPageProps {
  initial: PromotionView;
  /** Where the address names a moment of it. */
  initialReplay?: ReplayView;
  actions: PromotionActions;
}

/** One promotion's whole life, current while one looks. */
export function PromotionPage({ initial, initialReplay, actions }: PromotionPageProps) {
  const { id, project } = initial;
  const isUnderWay = (view: PromotionView) =>
    view.due.length > 0 && !view.ended && view.phase !== "waiting" && view.phase !== "queued";
  const { data: view = initial, error } = useView<PromotionView>(`/api/view/promotions/${id}`, {
    initial,
    watches: { projects: [project], promotion: id },
    everyMs: (seen) => (seen && isUnderWay(seen) ? underWayMs : false),
  });
  const { replay, open, wasOpen, error: unreadable, retry } = useReplay(view, initialReplay);
  const shown = replay?.view ?? view;
  const [seen, setSeen] = useState({ plan: initial.plan, planHash: initial.planHash });
  const isWaiting = view.phase === "waiting" || view.phase === "queued";
  const isStale = isWaiting && seen.planHash !== view.planHash;
  const asksForSignature = isWaiting && view.signing.needed > 0;
  useDocumentTitle(`${lookOf(view.phase).word}: ${promotionWords(view.plan)}`);

  return (
    <>
      <SetCrumbs items={[{ label: "Promotions", href: "/promotions" }, { label: id }]} />
      <PromotionHead
        view={view}
        retryAction={actions.retryAction}
        controls={
          <>
            <CanaryControls promotion={id} canaries={view.canaries} actions={actions} />
            <DelegatedControls promotion={id} delegated={view.delegated} actions={actions} />
            {open ? (
              <Button icon={<History size={14} aria-hidden="true" />} onClick={open} autoFocus={wasOpen}>
                Replay
              </Button>
            ) : null}
          </>
        }
      />
      {error?.problem.status === 404 ? (
        <div className="mb-4">
          <Alert tone="fail" title="You may not see this promotion any more" live />
        </div>
      ) : null}
      {isStale ? (
        <PlanChanged
          before={seen.plan}
          after={view.plan}
          onSeen={() => setSeen({ plan: view.plan, planHash: view.planHash })}
        />
      ) : (
        <Replanned view={view} />
      )}
      <OverridesAlert view={view} actions={actions} />
      {unreadable ? <ViewErrorState title="The replay could not be read" error={unreadable} onRetry={retry} /> : null}
      {replay ? <ReplayBar replay={replay} /> : null}
      <WithAside
        lead={
          asksForSignature || canStop(view) ? (
            <>
              {asksForSignature ? <SignBox view={view} planHash={seen.planHash} {...actions} /> : null}
              <StopSheet view={view} {...actions} />
            </>
          ) : null
        }
        aside={<PromotionAside view={shown} replayed={replay?.moments[replay.place]?.seq} />}
      >
        <StoppedClock at={replay ? shown.asOf : undefined}>
          <PromotionSheet
            view={shown}
            isReplayed={replay !== undefined}
            unblockAction={actions.unblockAction}
            ticking={isStale ? undefined : { promotion: id, planHash: seen.planHash, action: actions.tickAction }}
            override={
              view.rights.override && !isStale
                ? {
                    ...{ promotion: id, environment: view.plan.environment },
                    ...{ planHash: seen.planHash, action: actions.overrideGateAction },
                  }
                : undefined
            }
          />
        </StoppedClock>
      </WithAside>
    </>
  );
}
