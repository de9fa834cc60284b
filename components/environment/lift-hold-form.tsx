"use client";

import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";

export interface LiftHoldInput {
  project: string;
  environment?: string;
  why: string;
}

export type ReleaseAction = (input: LiftHoldInput) => Promise<ActionOutcome>;

interface LiftHoldFormProps {
  project: string;
  /** Left out: the hold of the whole project. */
  environment?: string;
  releaseAction: ReleaseAction;
  onDone?: () => void;
}

/** The start again: why it may go on, and the name of what starts, typed. */
export function LiftHoldForm({ project, environment, releaseAction, onDone }: LiftHoldFormProps) {
  const [why, setWhy] = useState("");
  const release = useAction(releaseAction, { onDone });
  const place = environment === undefined ? { project } : { project, environment };
  return (
    <div className="grid gap-3">
      <Field label="Why it may go on" required>
        {(wiring) => (
          <Textarea
            {...wiring}
            rows={2}
            maxLength={500}
            value={why}
            onChange={(event) => {
              setWhy(event.target.value);
              release.clear();
            }}
          />
        )}
      </Field>
      <ActionFailureNote failure={release.failure} />
      <TypedConfirmation
        phrase={environment ?? project}
        action={environment === undefined ? `Start all of ${project} again` : "Lift the hold"}
        busy={release.busy}
        asks={why.trim() === "" && "Say why."}
        onConfirm={() => void release.run({ ...place, why: why.trim() })}
      />
    </div>
  );
}
