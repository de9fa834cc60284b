"use client";

import type { ActionOutcome } from "@/components/action/action-outcome";
import { ReasonButton } from "@/components/action/reason-button";

export type BlockAction = (input: unknown) => Promise<ActionOutcome>;

interface BlockButtonProps {
  project: string;
  environment: string;
  service: string;
  digest: string;
  version: string | null;
  /** It is what runs there: blocked, it goes on running. */
  runs: boolean;
  /** On the button; `Block…` unless told. */
  children?: string;
  action: BlockAction;
}

/** Keeps a digest out of an environment, by somebody, for a reason. */
export function BlockButton({ children = "Block…", version, runs, action, ...place }: BlockButtonProps) {
  const what = `${place.service} ${version ?? ""}`.trim();
  return (
    <ReasonButton
      look="quiet"
      name={`Block ${what} in ${place.environment}`}
      title={`Block ${what} in ${place.environment}`}
      effect={`This digest cannot be promoted into ${place.environment} until the block is lifted; what waits to bring it there is refused.${runs ? " It runs there now and goes on running: roll it back too if it must go." : ""}`}
      label="Block"
      action={action}
      input={(reason) => ({ ...place, reason })}
    >
      {children}
    </ReasonButton>
  );
}
