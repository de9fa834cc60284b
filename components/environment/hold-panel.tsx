"use client";

import { type ReactNode, useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { useAction } from "@/components/action/use-action";
import type { EnvironmentActions } from "@/components/environment/environment-page";
import { LiftHoldForm } from "@/components/environment/lift-hold-form";
import { LinkedPromotions } from "@/components/promotion/linked-promotions";
import { DangerSheet } from "@/components/sheet/danger-sheet";
import { Sheet } from "@/components/sheet/sheet";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { Stamp } from "@/components/state/stamp";
import { ExactTime } from "@/components/time/exact-time";
import { RelativeTime } from "@/components/time/relative-time";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import type { EnvironmentView } from "@/lib/queries/environment";
import type { StandingHold } from "@/lib/queries/environments";

interface HoldPanelProps {
  view: EnvironmentView;
  actions: EnvironmentActions;
}

/** Who holds the environment or its whole project, and why, or how to hold it. */
export function HoldPanel({ view, actions }: HoldPanelProps) {
  const { project, environment, hold, projectHold, may } = view;
  if (hold || projectHold) {
    return (
      <Sheet label="Hold">
        {projectHold ? (
          <Held project={project} hold={projectHold} what={`any environment of ${project}`}>
            {may.releaseProject ? <LiftHoldForm project={project} releaseAction={actions.release} /> : null}
          </Held>
        ) : null}
        {hold ? (
          <Held project={project} hold={hold} what={environment}>
            {may.release ? (
              <LiftHoldForm project={project} environment={environment} releaseAction={actions.release} />
            ) : null}
          </Held>
        ) : null}
      </Sheet>
    );
  }
  if (!may.hold) return <NotHeld />;
  return <Hold key={environment} view={view} actions={actions} />;
}

function NotHeld() {
  return (
    <Sheet label="Hold">
      <div className="box box--plain">
        <p className="muted small">Nobody holds this environment. A release manager or an approver can.</p>
      </div>
    </Sheet>
  );
}

interface HeldProps {
  project: string;
  hold: StandingHold;
  what: string;
  children: ReactNode;
}

function Held({ project, hold, what, children }: HeldProps) {
  return (
    <div className="box box--plain grid gap-3">
      <p className="flex items-center gap-2">
        <Stamp name="hold" signed /> <b>{hold.by}</b>
        <span className="muted">
          <RelativeTime at={hold.at} />
        </span>
      </p>
      <p dir="auto">
        <LinkedPromotions project={project} text={hold.reason} />
      </p>
      <p className="muted small">
        Nobody promotes into {what} since <ExactTime at={hold.at} show="both" />. A rollback is not stopped.
      </p>
      {children ?? <p className="muted small">A release manager lifts it, with a reason.</p>}
    </div>
  );
}

function Hold({ view, actions }: HoldPanelProps) {
  const [reason, setReason] = useState("");
  const hold = useAction(actions.hold);
  const { project, environment, policy } = view;
  return (
    <DangerSheet
      title="Stop the line"
      action={
        <div className="mt-3 grid gap-3">
          <Field label="Reason" required>
            {(wiring) => (
              <Textarea
                {...wiring}
                rows={2}
                maxLength={500}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
          <ActionFailureNote failure={hold.failure} />
          <TypedConfirmation
            phrase={policy.protected ? environment : undefined}
            action={`Hold ${environment}`}
            danger
            busy={hold.busy}
            asks={reason.trim() === "" && "Say why."}
            onConfirm={() => void hold.run({ project, environment, reason: reason.trim() })}
          />
        </div>
      }
    >
      Nobody promotes into {environment} until the hold is lifted. What is under way goes on; a rollback is not stopped.
    </DangerSheet>
  );
}
