"use client";

import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { TypedConfirmation } from "@/components/sheet/typed-confirmation";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import type { OverrideView } from "@/lib/queries/overrides";

export interface OverrideActions {
  confirmOverrideAction: (input: unknown) => Promise<ActionOutcome>;
  reviewOverrideAction: (input: unknown) => Promise<ActionOutcome>;
}

interface OverrideActsProps {
  override: OverrideView;
  promotion: string;
  environment: string;
  planHash: string;
  actions: OverrideActions;
}

/** What whoever looks may do about an override; nothing where they may not. */
export function OverrideActs(props: OverrideActsProps) {
  const { mayConfirm, mayReview } = props.override;
  if (mayConfirm) return <Confirm {...props} />;
  return mayReview ? <Review {...props} /> : null;
}

function Confirm({ override, promotion, environment, planHash, actions }: OverrideActsProps) {
  const [open, setOpen] = useState(false);
  const done = { linkless: true, onDone: () => setOpen(false) };
  const { run, busy, failure } = useAction(actions.confirmOverrideAction, done);
  const { by, reason, incident, gateKind } = override;
  return (
    <>
      <Button size="small" variant="danger" onClick={() => setOpen(true)}>
        Confirm<span className="sr"> the override of {gateKind}</span>
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        tone="danger"
        title={`Confirm the override of ${gateKind}?`}
        description={`${by} asks to let ${promotion} pass it, for ${incident}: ${reason}`}
      >
        <div className="grid gap-4">
          <p>From your yes on, the gate is open for this plan, and you answer for it too.</p>
          <ActionFailureNote failure={failure} />
          <TypedConfirmation
            phrase={environment}
            action="Confirm the override"
            danger
            busy={busy}
            onConfirm={() => void run({ promotion, planHash, override: override.id })}
          />
        </div>
      </Dialog>
    </>
  );
}

const wordsMin = 10;

function Review({ override, promotion, actions }: OverrideActsProps) {
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState("");
  const [short, setShort] = useState(false);
  const done = { linkless: true, onDone: () => setOpen(false) };
  const { run, busy, failure } = useAction(actions.reviewOverrideAction, done);
  const text = words.trim();
  const close = () => {
    setShort(text.length < wordsMin);
    if (text.length >= wordsMin) void run({ promotion, override: override.id, words: text });
  };
  return (
    <>
      <Button size="small" variant="primary" onClick={() => setOpen(true)}>
        Review<span className="sr"> the override of {override.gateKind}</span>
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Review the override of ${override.gateKind}`}
        description={`${override.by} let ${promotion} pass it, for ${override.incident}: ${override.reason}`}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>Leave it open</Button>
            <Button variant="primary" busy={busy} onClick={close}>
              Close the review
            </Button>
          </>
        }
      >
        <Field
          label="What you found"
          hint="Was it needed, what follows. Kept in the ledger with your name."
          error={short ? `Say what you found, in at least ${wordsMin} characters.` : undefined}
          required
        >
          {(wiring) => (
            <Textarea
              {...wiring}
              rows={4}
              maxLength={2000}
              value={words}
              onChange={(event) => {
                setWords(event.target.value);
                setShort(false);
              }}
            />
          )}
        </Field>
        <ActionFailureNote failure={failure} />
      </Dialog>
    </>
  );
}
