"use client";

import { type ReactNode, useState } from "react";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { ReasonDialog } from "@/components/action/reason-dialog";
import { Button, type ButtonVariant } from "@/components/ui/button";

interface ReasonButtonProps {
  /** On the button that opens the dialog: `Pin…`. */
  children: ReactNode;
  /** Read aloud in place of that, where it would not say what it is about. */
  name?: string;
  title: string;
  effect: ReactNode;
  label: string;
  variant?: ButtonVariant;
  look?: ButtonVariant;
  action: (input: unknown) => Promise<ActionOutcome>;
  input: (why: string) => object;
}

/** A button that asks why before it does anything. */
export function ReasonButton({ children, name, look, ...dialog }: ReasonButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" variant={look} aria-label={name} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {children}
      </Button>
      {open ? <ReasonDialog open onOpenChange={setOpen} {...dialog} /> : null}
    </>
  );
}
