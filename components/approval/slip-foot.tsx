"use client";

import { useRouter } from "next/navigation";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { SignInAgain } from "@/components/action/sign-in-again";
import { standingWords } from "@/components/approval/standing-words";
import { type SignAction, useSignature } from "@/components/approval/use-signature";
import { SlipSignature } from "@/components/sheet/slip-signature";
import { lookOf } from "@/components/state/state-language";
import { Alert } from "@/components/ui/alert";
import { LinkButton } from "@/components/ui/button";
import type { ApprovalSlipView } from "@/lib/queries/approval-slip";

interface SlipFootProps {
  view: ApprovalSlipView;
  approveAction: SignAction;
  rejectAction: SignAction;
}

/** The signature on this plan, or why it cannot be signed here. */
export function SlipFoot({ view, approveAction, rejectAction }: SlipFootProps) {
  const router = useRouter();
  const { id, planHash } = view;
  const onSigned = () => router.push("/approvals");
  const signature = useSignature({ promotion: id, planHash, approveAction, rejectAction, onSigned });
  const isOpen = view.phase === "waiting" || view.phase === "queued";

  if (isOpen && !view.current) return <NotCurrent view={view} />;
  if (isOpen && view.signing.standing === "stale") return <Stale view={view} />;
  if (!isOpen || view.signing.standing !== "asked") return <NotAsked view={view} isOpen={isOpen} />;
  return (
    <>
      <SlipSignature
        planHash={planHash}
        reason={signature.reason}
        onReasonChange={signature.setReason}
        error={signature.error}
        busy={signature.busy}
        onApprove={signature.approve}
        onReject={signature.reject}
      />
      {signature.failure ? (
        <div className="slip__error">
          <ActionFailureNote failure={signature.failure} />
        </div>
      ) : null}
    </>
  );
}

/** Whoever was away from the screen for a while proves again that it is them, and comes back to this plan. */
function Stale({ view }: { view: ApprovalSlipView }) {
  return (
    <div className="p-4">
      <Alert
        tone="info"
        title="Sign in again to approve"
        action={<SignInAgain path={`/approvals/${view.id}?plan=${view.planHash}`} />}
      >
        {view.plan.environment} takes a yes only of a person who signed in a moment ago. You come back to this plan.
      </Alert>
    </div>
  );
}

/** The plan of this address is not the one that would run: said at once, and never replaced silently. */
function NotCurrent({ view }: { view: ApprovalSlipView }) {
  return (
    <div className="p-4">
      <Alert
        tone="warn"
        live
        title="This plan is not current any more"
        action={
          <LinkButton href={`/approvals/${view.id}?plan=${view.currentHash}`} variant="primary">
            Look at the plan as it is now
          </LinkButton>
        }
      >
        {view.changes.join("; ")}. What was signed for this one does not count.
      </Alert>
    </div>
  );
}

function NotAsked({ view, isOpen }: { view: ApprovalSlipView; isOpen: boolean }) {
  const { signing, plan } = view;
  const words = isOpen
    ? standingWords({ ...signing, environment: plan.environment })
    : `Nothing is to be signed any more: it is ${lookOf(view.phase).word}${view.current ? "" : ", by another plan"}.`;
  return (
    <div className="p-4 grid gap-3">
      <p>{words}</p>
      <LinkButton href={`/promotions/${view.id}`}>To the promotion</LinkButton>
    </div>
  );
}
