"use client";

import { useState } from "react";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { ReasonDialog } from "@/components/action/reason-dialog";
import { Button } from "@/components/ui/button";
import type { BlockView } from "@/lib/queries/promotion-page";

interface UnblockButtonProps {
  project: string;
  environment: string;
  block: BlockView;
  action: (input: unknown) => Promise<ActionOutcome>;
}

/** Lets bytes that failed into the environment again, with a reason. */
export function UnblockButton({ project, environment, block, action }: UnblockButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Lift the block
      </Button>
      <ReasonDialog
        open={open}
        onOpenChange={setOpen}
        title={`Let ${block.service} into ${environment} again?`}
        effect={`These very bytes failed there: ${block.reason}. Nothing starts by itself, but they may be asked for again.`}
        label="Lift the block"
        action={action}
        input={(why) => ({ project, block: block.id, why })}
      />
    </>
  );
}
