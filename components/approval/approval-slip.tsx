"use client";

import { SlipFoot } from "@/components/approval/slip-foot";
import { slipParts } from "@/components/approval/slip-parts";
import type { SignAction } from "@/components/approval/use-signature";
import { useView } from "@/components/live/use-view";
import { PromotionName } from "@/components/promotion/promotion-name";
import { useRollbackReadiness } from "@/components/promotion/rollback-box";
import { Slip } from "@/components/sheet/slip";
import { SetCrumbs } from "@/components/shell/crumbs";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import type { ApprovalSlipView } from "@/lib/queries/approval-slip";

interface ApprovalSlipProps {
  initial: ApprovalSlipView;
  approveAction: SignAction;
  rejectAction: SignAction;
  tickAction: SignAction;
}

/** One plan to sign, on a phone or beside one. It shows the plan of its address, and says at once when that is not current. */
export function ApprovalSlip({ initial, approveAction, rejectAction, tickAction }: ApprovalSlipProps) {
  const { id, project, planHash } = initial;
  const { data: view = initial } = useView<ApprovalSlipView>(`/api/view/approvals/${id}?plan=${planHash}`, {
    initial,
    watches: { projects: [project], promotion: id },
  });
  const readiness = useRollbackReadiness(view.plan);
  const { plan } = view;
  const services = plan.services.map((one) => one.service);
  return (
    <>
      <SetCrumbs items={[{ label: "Approvals", href: "/approvals" }, { label: id }]} />
      <Slip
        back={{ href: "/approvals", label: "Approvals" }}
        title={
          <PromotionName services={services} version={plan.version} environment={plan.environment} kind={plan.kind} />
        }
        about={<About view={view} />}
        parts={slipParts(view, readiness, { promotion: id, planHash, action: tickAction })}
        foot={<SlipFoot view={view} approveAction={approveAction} rejectAction={rejectAction} />}
      />
    </>
  );
}

function About({ view }: { view: ApprovalSlipView }) {
  const { given, needed, standing } = view.signing;
  const isOpen = view.phase === "waiting" || view.phase === "queued";
  return (
    <>
      {view.current || !isOpen ? null : (
        <>
          <State name="revoked">This plan is not current any more.</State>{" "}
        </>
      )}
      <b>{view.project}</b>, asked for by {view.requestedBy} <RelativeTime at={view.requestedAt} />.{" "}
      {standing === "asked" && view.current ? (
        <>
          Your yes is number {given + 1} of {needed}; the ask expires <RelativeTime at={view.expiresAt} />.
        </>
      ) : null}
      {view.reason ? (
        <>
          {" "}
          “<bdi>{view.reason}</bdi>”
        </>
      ) : null}
    </>
  );
}
