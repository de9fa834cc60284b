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
import { loadPromotionReplay } from "@/lib/queries/promotion-replay";

const actions = {
  ...{ pauseRolloutAction, resumeRolloutAction, skipStepAction, promoteFullyAction },
  ...{ approveAction, rejectAction, abortAction, settleStuckAction, unblockAction, tickAction },
  retryAction: retryPromotionAction,
  ...{ overrideGateAction, confirmOverrideAction, reviewOverrideAction },
};

type Params = { params: Promise<{ id: string }> };
/** `at`: the entry after which a finished one is shown. */
type Search = { searchParams: Promise<{ at?: string | string[] }> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) };
}

export default async function PromotionPageRoute({ params, searchParams }: Params & Search) {
  const id = decodeURIComponent((await params).id);
  const principal = await pagePrincipal(`/promotions/${id}`);
  const now = new Date().toISOString();
  const view = await notFoundOr(() => loadPromotionPage(getPool(), principal, id, now));
  const { at } = await searchParams;
  const replay = at === undefined ? undefined : await loadPromotionReplay(getPool(), principal, id, now);
  return (
    <Page>
      <PromotionPage key={id} initial={view} initialReplay={replay} actions={actions} />
    </Page>
  );
}
