import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { unblockAction } from "@/app/actions/environments";
import {
  abortAction,
  approveAction,
  confirmOverrideAction,
  overrideGateAction,
  pauseRolloutAction,
  promoteFullyAction,
  rejectAction,
  resumeRolloutAction,
  retryPromotionAction,
  reviewOverrideAction,
  settleStuckAction,
  skipStepAction,
  tickAction,
} from "@/app/actions/promotions";
import { PromotionPage } from "@/components/promotion/promotion-page";
import { Page } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { loadPromotionPage } from "@/lib/queries/promotion-page";

const actions = {
  ...{ pauseRolloutAction, resumeRolloutAction, skipStepAction, promoteFullyAction },
  ...{ approveAction, rejectAction, abortAction, settleStuckAction, unblockAction, tickAction },
  retryAction: retryPromotionAction,
  ...{ overrideGateAction, confirmOverrideAction, reviewOverrideAction },
};

type Params = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) };
}

export default async function PromotionPageRoute({ params }: Params) {
  const id = decodeURIComponent((await params).id);
  const principal = await pagePrincipal(`/promotions/${id}`);
  const view = await notFoundOr(() => loadPromotionPage(getPool(), principal, id, new Date().toISOString()));
  return (
    <Page>
      <PromotionPage key={id} initial={view} actions={actions} />
    </Page>
  );
}
