"use client";

import Link from "next/link";
import { useCallback, useState } from "react";
import type { ActionDone, ActionFailure } from "@/components/action/action-outcome";
import { toast } from "@/components/ui/toast";

interface UseActionOptions<Done> {
  /** What was done, in words, where the action says none. */
  done?: string;
  /** The message has no link: the reader is taken there anyway. */
  linkless?: boolean;
  /** After a success: go there, close this. */
  onDone?: (outcome: Done) => void;
}

interface RunningAction<Input, Done> {
  run: (input: Input) => Promise<Done | ActionFailure>;
  busy: boolean;
  /** Of the last try; gone as the next one begins. */
  failure: ActionFailure | undefined;
  clear: () => void;
}

const noAnswer: ActionFailure = {
  ok: false,
  code: "noAnswer",
  message: "The server did not answer. Look at the page before you try again: it may have been done.",
};

/** Runs a server action once at a time: busy meanwhile, a message with a link after, a failure to show at the control. */
export function useAction<Input, Done extends ActionDone = ActionDone>(
  action: (input: Input) => Promise<Done | ActionFailure>,
  { done, linkless, onDone }: UseActionOptions<Done> = {},
): RunningAction<Input, Done> {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ActionFailure>();
  async function run(input: Input): Promise<Done | ActionFailure> {
    if (busy) return noAnswer;
    setBusy(true);
    setFailure(undefined);
    // A lost connection rejects the call of a server action.
    const outcome = await action(input).catch(() => noAnswer);
    setBusy(false);
    if (!outcome.ok) setFailure(outcome);
    else {
      tell(outcome, done, linkless);
      onDone?.(outcome);
    }
    return outcome;
  }
  return { run, busy, failure, clear: useCallback(() => setFailure(undefined), []) };
}

function tell({ message, href }: ActionDone, done: string | undefined, linkless = false): void {
  const title = message ?? done;
  if (!title) return;
  toast.done(title, href && !linkless ? { description: <Link href={href}>Show</Link> } : undefined);
}
