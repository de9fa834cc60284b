"use client";

import { type ReactNode, useEffect, useState } from "react";
import type { ActionFailure } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { ApplyDialog } from "@/components/settings/apply-dialog";
import { BacktestPanel } from "@/components/settings/backtest-panel";
import type { DocumentChanges, DocumentsOutcome } from "@/components/settings/documents-outcome";
import { type BacktestAction, useBacktest } from "@/components/settings/use-backtest";

export type DocumentsAction = (input: unknown) => Promise<DocumentsOutcome | ActionFailure>;

interface CheckingOptions {
  text: string;
  /** The version that was edited, by project. */
  basedOn: Record<string, number>;
  action: DocumentsAction;
  /** Replays the gates of this project over its past promotions, where there is one. */
  backtest?: { project: string; action: BacktestAction };
  onApplied: (diffs: DocumentChanges[]) => void;
}

interface Checking {
  /** What the text as it is came to; undefined where it was not asked, or is another one by now. */
  told: DocumentsOutcome["told"] | undefined;
  busy: boolean;
  failure: ActionFailure | undefined;
  clear: () => void;
  /** Says what the text would change; with `thenConfirm` it asks for the last word where it changes something. */
  check: (thenConfirm: boolean) => Promise<void>;
  dialog: ReactNode;
  /** What it would have done to past promotions, while the dialog does not show it. */
  backtest: ReactNode;
}

/** The one way of a changed text into force: it is checked, shown with its effect, then applied or proposed. */
export function useChecking({ text, basedOn, action, backtest, onApplied }: CheckingOptions): Checking {
  const [confirming, setConfirming] = useState(false);
  const [checked, setChecked] = useState<{ text: string; told: DocumentsOutcome["told"] }>();
  const { run, busy, failure, clear } = useAction(action);
  const replayed = useBacktest(backtest?.project, backtest?.action);
  const panel = <BacktestPanel shown={replayed.shownFor(text)} />;
  // What was told of another text says nothing about this one.
  const told = checked?.text === text ? checked.told : undefined;

  async function check(thenConfirm: boolean): Promise<void> {
    const outcome = await run({ text, dryRun: true });
    if (!outcome.ok) return;
    setChecked({ text, told: outcome.told });
    if (outcome.told.kind !== "preview") return;
    const { diffs } = outcome.told;
    if (thenConfirm && diffs.some((diff) => diff.status !== "unchanged")) setConfirming(true);
    await replayed.replay(text, diffs);
  }

  async function apply(): Promise<void> {
    const outcome = await run({ text, dryRun: false, basedOn });
    setConfirming(false);
    if (!outcome.ok || outcome.told.kind !== "applied") return;
    setChecked(undefined);
    onApplied(outcome.told.diffs);
  }

  const dialog = (
    <ApplyDialog
      open={confirming}
      onOpenChange={setConfirming}
      diffs={told?.kind === "preview" ? told.diffs : []}
      secondPerson={told?.kind === "preview" ? told.secondPerson : []}
      basedOn={basedOn}
      busy={busy}
      backtest={panel}
      onConfirm={apply}
    />
  );
  return { told, busy, failure, clear, check, dialog, backtest: confirming ? null : panel };
}

/** The browser asks before it leaves a page with something changed that is not applied. */
export function useLeaveWarning(changed: boolean): void {
  useEffect(() => {
    if (!changed) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [changed]);
}
