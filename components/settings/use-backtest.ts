"use client";

import { useState } from "react";
import type { ActionFailure } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import type { BacktestOutcome, DocumentChanges } from "@/components/settings/documents-outcome";
import type { BacktestResult } from "@/lib/pipeline/backtest/backtest-result";

export type BacktestAction = (input: unknown) => Promise<BacktestOutcome | ActionFailure>;

/** What came of replaying a text: nothing where it changes no environment of the project. */
export type BacktestShown =
  | { kind: "asking" }
  | { kind: "failed"; failure: ActionFailure }
  | { kind: "told"; result: BacktestResult };

const none = () => Promise.resolve<BacktestOutcome>({ ok: true, told: null });

/** Replays a text's gates over past promotions, where what it changes stands in an environment. */
export function useBacktest(project: string | undefined, action: BacktestAction = none) {
  const [asked, setAsked] = useState<{ text: string; result?: BacktestResult }>();
  const { run, busy, failure } = useAction(action);

  async function replay(text: string, diffs: readonly DocumentChanges[]): Promise<void> {
    if (project === undefined || action === none || !diffs.some((diff) => changesGates(diff, project))) {
      setAsked(undefined);
      return;
    }
    setAsked({ text });
    const outcome = await run({ text, project });
    setAsked(outcome.ok && outcome.told ? { text, result: outcome.told } : { text });
  }

  /** What is to be shown beside what `text` changes. */
  function shownFor(text: string): BacktestShown | undefined {
    if (asked?.text !== text) return undefined;
    if (asked.result) return { kind: "told", result: asked.result };
    if (failure) return { kind: "failed", failure };
    return busy ? { kind: "asking" } : undefined;
  }

  return { replay, shownFor };
}

/** A new project has no past; the objectives are what error budgets measure. */
function changesGates({ document, status, changes }: DocumentChanges, project: string): boolean {
  if (document.kind !== "Project" || document.name !== project || status !== "changed") return false;
  return changes.some(({ path }) => path.startsWith("spec.environments") || path.startsWith("spec.slos"));
}
