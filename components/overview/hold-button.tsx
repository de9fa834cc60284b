"use client";

import { CirclePause } from "lucide-react";
import { useState } from "react";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { Button } from "@/components/ui/button";
import { usePartsWhen } from "@/components/ui/use-parts";

// A dialog weighs more than the matrix's first paint should carry: it comes with the first press.
const load = () => import("./hold-dialog");

interface HoldButtonProps {
  /** The projects to choose from; undefined for all. */
  projects: string[] | undefined;
  holdAction: (input: { project: string; environment: string; reason: string }) => Promise<ActionOutcome>;
}

/** Stop the line: asks where and why. */
export function HoldButton({ projects, holdAction }: HoldButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const parts = usePartsWhen(isOpen, load);
  return (
    <>
      <Button
        icon={<CirclePause className="i i--s" aria-hidden="true" />}
        onClick={() => setOpen(true)}
        aria-haspopup="dialog"
      >
        Hold an environment
      </Button>
      {isOpen && parts ? (
        <parts.HoldDialog projects={projects} holdAction={holdAction} onClose={() => setOpen(false)} />
      ) : null}
    </>
  );
}
