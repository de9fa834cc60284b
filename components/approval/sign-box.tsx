"use client";

import Link from "next/link";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { SignInAgain } from "@/components/action/sign-in-again";
import { standingWords } from "@/components/approval/standing-words";
import { type SignAction, useSignature } from "@/components/approval/use-signature";
import { DigestLabel } from "@/components/digest/digest-label";
import { Box } from "@/components/sheet/box";
import { Sheet } from "@/components/sheet/sheet";
import { Shape } from "@/components/state/shape";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import type { PromotionView } from "@/lib/queries/promotion-page";

interface SignBoxProps {
  view: PromotionView;
  /** Of the plan that the reader has seen on this page. */
  planHash: string;
  approveAction: SignAction;
  rejectAction: SignAction;
}

/** Where one signs a waiting promotion, or why one does not. */
export function SignBox({ view, planHash, approveAction, rejectAction }: SignBoxProps) {
  const { standing, given, needed } = view.signing;
  const isAsked = standing === "asked";
  const isStaleSignIn = standing === "stale";
  const from = view.plan.gates.flatMap((gate) => (gate.kind === "approval" ? gate.from : []));
  const words = standingWords({ standing, environment: view.plan.environment, from });
  const signature = useSignature({ promotion: view.id, planHash, approveAction, rejectAction });
  const isStale = planHash !== view.planHash;
  return (
    <Sheet label="Signature">
      <Box title={isAsked || isStaleSignIn ? "It waits for your yes" : "Signatures"} answer={`${given} of ${needed}`}>
        <p className="flex flex-wrap items-center gap-2 mb-2">
          <span className="small">plan</span>
          <DigestLabel digest={planHash} copy what="plan hash" />
        </p>
        {words ? <p className="note mb-2">{words}</p> : null}
        {isStale ? <p className="note mb-2">The plan changed: look at it before you sign.</p> : null}
        {isAsked || view.rights.reject ? (
          <div className="grid gap-3">
            <Field label="Reason" hint="Needed to reject, kept with either." error={signature.error}>
              {(wiring) => (
                <Textarea
                  {...wiring}
                  rows={2}
                  maxLength={2000}
                  value={signature.reason}
                  onChange={(event) => signature.setReason(event.target.value)}
                />
              )}
            </Field>
            <ActionFailureNote failure={signature.failure} />
            {isAsked ? (
              <Button
                variant="primary"
                size="large"
                full
                icon={<Shape name="pass" />}
                busy={signature.busy === "approve"}
                disabled={isStale}
                onClick={signature.approve}
              >
                Approve this plan
              </Button>
            ) : null}
            {isStaleSignIn ? <SignInAgain path={`/promotions/${view.id}`} /> : null}
            {view.rights.reject ? (
              <Button
                variant="danger"
                full
                icon={<Shape name="fail" />}
                busy={signature.busy === "reject"}
                disabled={isStale}
                onClick={signature.reject}
              >
                Reject
              </Button>
            ) : null}
            {isAsked ? (
              <p className="small muted">
                <Link className="link" href={`/approvals/${view.id}?plan=${planHash}`}>
                  As a slip, for a phone
                </Link>
              </p>
            ) : null}
          </div>
        ) : null}
      </Box>
    </Sheet>
  );
}
