"use client";

import { CirclePause } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { usePartsWhen } from "@/components/ui/use-parts";
import type { HoldAction } from "./hold-dialog";

// A dialog weighs more than the matrix's first paint should carry: it comes with the first press.
const load = () => import("./hold-dialog");

interface HoldButtonProps {
  /** The projects to choose from; undefined for all. */
  projects: string[] | undefined;
  holdAction: HoldAction;
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
        Stop the line
      </Button>
      {isOpen && parts ? (
        <parts.HoldDialog projects={projects} holdAction={holdAction} onClose={() => setOpen(false)} />
      ) : null}
    </>
  );
}
