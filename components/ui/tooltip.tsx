"use client";

import * as Radix from "radix-ui/tooltip";
import type { ReactNode } from "react";

interface TooltipProps {
  text: ReactNode;
  /** One element that can take the focus: what only a pointer finds is not found by everybody. */
  children: ReactNode;
}

export function Tooltip({ text, children }: TooltipProps) {
  return (
    <Radix.Provider delayDuration={300}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content className="tooltip" sideOffset={6} collisionPadding={8}>
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
