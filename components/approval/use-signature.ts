"use client";

import { useState } from "react";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";

export type SignAction = (input: unknown) => Promise<ActionOutcome>;

interface Signing {
  promotion: string;
  /** Of the plan that the reader looked at; the command refuses it for any other. */
  planHash: string;
  approveAction: SignAction;
  rejectAction: SignAction;
  onSigned?: () => void;
}

const reasonMissing = "Say why you reject it, in at least 3 characters: it is kept in the ledger.";

/** A yes or a no to exactly one plan, with its reason. */
export function useSignature({ promotion, planHash, approveAction, rejectAction, onSigned }: Signing) {
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const done = { onDone: onSigned };
  const approval = useAction(approveAction, done);
  const rejection = useAction(rejectAction, done);
  const text = reason.trim();
  const isBusy = approval.busy || rejection.busy;
  const failure = approval.failure ?? rejection.failure;

  return {
    reason,
    setReason(next: string) {
      setReason(next);
      setMissing(false);
    },
    busy: approval.busy ? ("approve" as const) : rejection.busy ? ("reject" as const) : undefined,
    failure,
    error: missing ? reasonMissing : undefined,
    approve() {
      if (isBusy) return;
      setMissing(false);
      rejection.clear();
      void approval.run({ promotion, planHash, ...(text ? { reason: text } : {}) });
    },
    reject() {
      if (isBusy) return;
      approval.clear();
      if (text.length < 3) setMissing(true);
      else void rejection.run({ promotion, planHash, why: text });
    },
  };
}
