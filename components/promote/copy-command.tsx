"use client";

import { SquareTerminal } from "lucide-react";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";

/** Puts the command that does the same on the clipboard. */
export function CopyCommand({ command }: { command: string }) {
  async function copy() {
    try {
      await navigator.clipboard.writeText(command);
      toast.note("The command is on the clipboard");
    } catch {
      toast.failed("The browser did not allow copying", { description: <span className="mono">{command}</span> });
    }
  }
  return (
    <Button icon={<SquareTerminal className="i" aria-hidden="true" />} title={command} onClick={() => void copy()}>
      Copy as command
    </Button>
  );
}
