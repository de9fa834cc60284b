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

/** Says something to a rollout under way: it tells what it does, and asks why. */
export function SteerButton({ control, input }: { control: SteerControl; input: (why: string) => object }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={control.icon} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {control.label}
      </Button>
      <ReasonDialog {...control} variant="primary" input={input} open={open} onOpenChange={setOpen} />
    </>
  );
}
