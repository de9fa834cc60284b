"use client";

import { useState } from "react";
import type { ActionFailure } from "@/components/action/action-outcome";
import { OverrideDialog } from "@/components/override/override-dialog";
import { gateTitle } from "@/components/promotion/gate-words";
import { Button } from "@/components/ui/button";
import { refuses } from "@/lib/pipeline/gates/gate";
import { overrideRule } from "@/lib/pipeline/gates/override";
import type { PreviewView } from "@/lib/queries/promote-preview";

interface OverrideRequestProps {
  view: PreviewView;
  busy: boolean;
  failure: ActionFailure | undefined;
  /** Asks for the promotion with these gates let pass. */
  onRequest: (overrides: { gate: number; reason: string; incident: string }[]) => void;
}

/** Where a gate says no: the request with that gate overridden, for whoever may. Nothing where that is not possible. */
export function OverrideRequest({ view, busy, failure, onRequest }: OverrideRequestProps) {
  const [open, setOpen] = useState(false);
  const { verdicts, plan } = view;
  const closed = verdicts.flatMap((verdict, gate) => (refuses(verdict) ? [{ gate, kind: verdict.gate }] : []));
  const canAll = closed.length > 0 && closed.every(({ kind }) => overrideRule(kind) !== "never");
  if (!view.mayOverride || !view.may || plan.kind !== "promote" || !canAll) return null;
  const names = closed.map(({ kind }) => gateTitle(kind)).join(", ");
  const second = closed.filter(({ kind }) => overrideRule(kind) === "second").map(({ kind }) => gateTitle(kind));
  return (
    <>
      <Button variant="danger" full onClick={() => setOpen(true)}>
        Override {names}
      </Button>
      {open ? (
        <OverrideDialog
          title={`Ask for it with ${names} overridden?`}
          effect={
            second.length > 0
              ? `It waits until a second person who may override has confirmed ${second.join(", ")}, and is reviewed afterwards.`
              : "These gates let this plan pass, and no other one. Another person than you reviews it afterwards."
          }
          environment={plan.environment}
          action="Override and request"
          busy={busy}
          failure={failure}
          onOverride={(words) => onRequest(closed.map(({ gate }) => ({ gate, ...words })))}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}
