"use client";

import { type ReactNode, useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { Button, type ButtonVariant } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";

interface ReasonDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** The exact effect, in one or two sentences. */
  effect: ReactNode;
  /** Below the effect, where it takes more than a sentence. */
  more?: ReactNode;
  /** What the button does: `Abort and roll back`. */
  label: string;
  icon?: ReactNode;
  variant?: ButtonVariant;
  action: (input: unknown) => Promise<ActionOutcome>;
  /** What the action is given, with the reason in it. */
  input: (why: string) => object;
}

const whyMin = 3;

/** Asks why before something is done that is kept in the ledger with its reason. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { open, onOpenChange, title, effect, more, label, icon, variant = "danger", action, input } = props;
  const [why, setWhy] = useState("");
  const [missing, setMissing] = useState(false);
  const { run, busy, failure } = useAction(action, { onDone: () => onOpenChange(false) });
  const text = why.trim();
  const confirm = () => {
    setMissing(text.length < whyMin);
    if (text.length >= whyMin) void run(input(text));
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={effect}
      tone={variant === "danger" ? "danger" : "plain"}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Leave it</Button>
          <Button variant={variant} icon={icon} busy={busy} onClick={confirm}>
            {label}
          </Button>
        </>
      }
    >
      {more}
      <Field
        label="Why"
        hint="Kept in the ledger with your name."
        error={missing ? `Say why, in at least ${whyMin} characters.` : undefined}
        required
      >
        {(wiring) => (
          <Textarea
            {...wiring}
            rows={3}
            maxLength={2000}
            value={why}
            onChange={(event) => {
              setWhy(event.target.value);
              setMissing(false);
            }}
          />
        )}
      </Field>
      <ActionFailureNote failure={failure} />
    </Dialog>
  );
}
