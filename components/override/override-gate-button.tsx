"use client";

import { useState } from "react";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { OverrideDialog } from "@/components/override/override-dialog";
import { gateTitle } from "@/components/promotion/gate-words";
import { Button } from "@/components/ui/button";
import { overrideRule } from "@/lib/pipeline/gates/override";

export interface OverrideGate {
  promotion: string;
  environment: string;
  /** Of the plan that the reader has seen. */
  planHash: string;
  action: (input: unknown) => Promise<ActionOutcome>;
}

/** Lets one closed gate of one plan pass. */
export function OverrideGateButton({ gate, kind, about }: { gate: number; kind: string; about: OverrideGate }) {
  const [open, setOpen] = useState(false);
  const { promotion, environment, planHash } = about;
  const { run, busy, failure } = useAction(about.action, { linkless: true, onDone: () => setOpen(false) });
  const isTwo = overrideRule(kind) === "second";
  return (
    <>
      <Button size="small" variant="danger" onClick={() => setOpen(true)}>
        Override<span className="sr"> {gateTitle(kind)}</span>
      </Button>
      {open ? (
        <OverrideDialog
          title={`Override the gate ${gateTitle(kind)}?`}
          effect={
            isTwo
              ? "A second person who may override must confirm it before it counts, for this plan alone. Another person reviews it afterwards."
              : "The gate lets this plan pass, and no other one. Another person than you and whoever asked reviews it afterwards."
          }
          environment={environment}
          action={isTwo ? "Ask for the override" : "Override the gate"}
          busy={busy}
          failure={failure}
          onOverride={(words) => void run({ promotion, planHash, gate, ...words })}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}
