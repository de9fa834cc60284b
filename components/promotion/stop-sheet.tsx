"use client";

import { type ReactNode, useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { ReasonDialog } from "@/components/action/reason-dialog";
import { useAction } from "@/components/action/use-action";
import { StaysList } from "@/components/promotion/stays-list";
import { DangerSheet } from "@/components/sheet/danger-sheet";
import { Shape } from "@/components/state/shape";
import { Button, LinkButton } from "@/components/ui/button";
import type { PromotionView } from "@/lib/queries/promotion-page";

export type PromotionAction = (input: unknown) => Promise<ActionOutcome>;

interface StopSheetProps {
  view: PromotionView;
  abortAction: PromotionAction;
  settleStuckAction: PromotionAction;
}

/** Whether there is anything that stops or undoes it, for this reader. */
export function canStop({ rights }: PromotionView): boolean {
  return rights.abort || rights.settle || rights.rollBack;
}

/** What stops or undoes a promotion at this moment, with its exact effect; nothing where nothing does. */
export function StopSheet({ view, abortAction, settleStuckAction }: StopSheetProps) {
  if (view.rights.abort) return <AbortSheet view={view} action={abortAction} />;
  if (view.rights.settle) return <StuckSheet view={view} action={settleStuckAction} />;
  if (view.rights.rollBack) return <RollBackSheet view={view} />;
  return null;
}

function AbortSheet({ view, action }: { view: PromotionView; action: PromotionAction }) {
  const hasBegun = view.phase === "rollingOut" || view.phase === "verifying";
  const label = hasBegun ? "Abort and roll back" : "Abort";
  return (
    <WithReason
      title="Stop this promotion"
      effect={abortEffect(view, hasBegun)}
      label={label}
      action={action}
      input={(why) => ({ promotion: view.id, why })}
      more={hasBegun ? <StaysList plan={view.plan} facts={view.facts} /> : null}
    />
  );
}

function abortEffect({ plan }: PromotionView, hasBegun: boolean): string {
  if (!hasBegun) return "Nothing was changed yet. It ends as aborted; the release may be requested again.";
  const back = plan.services.map((one) => {
    if (!one.rollback) {
      // A second colour that was not switched to takes no traffic: there is nothing to take back.
      const when = one.strategy.kind === "blueGreen" ? " after the switch" : "";
      return `${one.service} ran nothing before and would be stuck${when}`;
    }
    return `${one.service} goes back to ${one.rollback.version ?? "what ran before"}`;
  });
  return `What was changed goes back first: ${back.join(", ")}. It ends as aborted; the digest is not blocked.`;
}

function StuckSheet({ view, action }: { view: PromotionView; action: PromotionAction }) {
  const { run, busy, failure } = useAction(action);
  return (
    <>
      <DangerSheet
        title="Try the way back again"
        action={
          <Button
            full
            variant="danger"
            icon={<Shape name="back" />}
            busy={busy}
            onClick={() => void run({ promotion: view.id, how: "retry" })}
          >
            Roll back again
          </Button>
        }
      >
        What is not back yet is brought back once more.
        <ActionFailureNote failure={failure} />
      </DangerSheet>
      <WithReason
        title="Close it as it stands"
        effect="Nothing more is done to the target. It ends as failed, and the place is free for another promotion."
        label="Close"
        action={action}
        input={(why) => ({ promotion: view.id, how: "close", why })}
      />
    </>
  );
}

function RollBackSheet({ view }: { view: PromotionView }) {
  const { project, plan } = view;
  const services = plan.services.map((one) => one.service).join(",");
  const query = new URLSearchParams({ kind: "rollback", project, environment: plan.environment, services });
  return (
    <DangerSheet
      title="Take it back"
      action={
        <LinkButton full variant="danger" href={`/promote?${query}`} icon={<Shape name="back" />}>
          Roll back
        </LinkButton>
      }
    >
      Shows what would run again, then one click does it. It needs no approval.
    </DangerSheet>
  );
}

interface WithReasonProps {
  title: string;
  effect: string;
  label: string;
  action: PromotionAction;
  input: (why: string) => object;
  /** What else is to be known before it is done. */
  more?: ReactNode;
}

/** A step that ends something: says its exact effect, and asks why before it is done. */
function WithReason(props: WithReasonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <DangerSheet
        title={props.title}
        action={
          <Button full variant="danger" icon={<Shape name="stop" />} onClick={() => setOpen(true)}>
            {props.label}
          </Button>
        }
      >
        {props.effect}
      </DangerSheet>
      <ReasonDialog {...props} open={open} onOpenChange={setOpen} icon={<Shape name="stop" />} />
    </>
  );
}
