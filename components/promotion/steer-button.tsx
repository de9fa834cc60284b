"use client";

import { type ReactNode, useState } from "react";
import { ReasonDialog } from "@/components/action/reason-dialog";
import type { PromotionAction } from "@/components/promotion/stop-sheet";
import { Button } from "@/components/ui/button";

export interface SteerControl {
  label: string;
  title: string;
  effect: string;
  icon: ReactNode;
  action: PromotionAction;
}

interface SteerButtonProps {
  control: SteerControl;
  input: (why: string) => object;
}

/**
 * Says something to a rollout under way: it tells what it does, and asks why. The rollout goes on while somebody writes:
 * what is said is what stood there when they began.
 */
export function SteerButton(props: SteerButtonProps) {
  const { label, icon } = props.control;
  const [open, setOpen] = useState(false);
  const [{ control, input }, begin] = useState(props);
  return (
    <>
      <Button
        icon={icon}
        aria-haspopup="dialog"
        onClick={() => {
          begin(props);
          setOpen(true);
        }}
      >
        {label}
      </Button>
      <ReasonDialog {...control} variant="primary" input={input} open={open} onOpenChange={setOpen} />
    </>
  );
}
