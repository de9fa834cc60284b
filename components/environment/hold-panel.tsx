"use client";

import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { useAction } from "@/components/action/use-action";
import type { EnvironmentActions } from "@/components/environment/environment-page";
import { DangerSheet } from "@/components/sheet/danger-sheet";
import { Sheet } from "@/components/sheet/sheet";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { Stamp } from "@/components/state/stamp";
import { ExactTime } from "@/components/time/exact-time";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import type { EnvironmentView } from "@/lib/queries/environment";

interface HoldPanelProps {
  view: EnvironmentView;
  actions: EnvironmentActions;
}

/** Who holds the environment and why, or how to hold it. */
export function HoldPanel({ view, actions }: HoldPanelProps) {
  if (view.hold) return <Held view={view} hold={view.hold} actions={actions} />;
  if (!view.may.hold) return <NotHeld />;
  return <Hold key={view.environment} view={view} actions={actions} />;
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

function Held({ view, hold, actions }: HoldPanelProps & { hold: NonNullable<EnvironmentView["hold"]> }) {
  const [why, setWhy] = useState("");
  const release = useAction(actions.release);
  const { project, environment } = view;
  return (
    <Sheet label="Hold">
      <div className="box box--plain grid gap-3">
        <p className="flex items-center gap-2">
          <Stamp name="hold" signed /> <b>{hold.by}</b>
          <span className="muted">
            <RelativeTime at={hold.at} />
          </span>
        </p>
        <p>{hold.reason}</p>
        <p className="muted small">
          Nobody promotes into {environment} since <ExactTime at={hold.at} show="both" />. A rollback is not stopped.
        </p>
        {view.may.release ? (
          <form
            className="grid gap-3"
            onSubmit={(event) => {
              event.preventDefault();
              if (why.trim() !== "") void release.run({ project, environment, why: why.trim() });
            }}
          >
            <Field label="Why it may go on" required>
              {(wiring) => (
                <Textarea
                  {...wiring}
                  rows={2}
                  maxLength={500}
                  value={why}
                  onChange={(event) => setWhy(event.target.value)}
                />
              )}
            </Field>
            <ActionFailureNote failure={release.failure} />
            <Button type="submit" variant="primary" full busy={release.busy} disabled={why.trim() === ""}>
              Lift the hold
            </Button>
          </form>
        ) : (
          <p className="muted small">A release manager lifts it, with a reason.</p>
        )}
      </div>
    </Sheet>
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
            disabled={reason.trim() === ""}
            onConfirm={() => void hold.run({ project, environment, reason: reason.trim() })}
          />
        </div>
      }
    >
      Nobody promotes into {environment} until the hold is lifted. What is under way goes on; a rollback is not stopped.
    </DangerSheet>
  );
}
