"use client";

import { type ReactNode, useRef } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import { ChangesList } from "@/components/settings/changes-list";
import type { DocumentChanges, DocumentsOutcome } from "@/components/settings/documents-outcome";
import { TextEditor, type TextEditorHandle } from "@/components/settings/text-editor";
import { TextErrors } from "@/components/settings/text-errors";
import type { BacktestAction } from "@/components/settings/use-backtest";
import { type DocumentsAction, useChecking, useLeaveWarning } from "@/components/settings/use-checking";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";

interface DocumentEditorProps {
  /** What is edited, for those who do not see it: `The project file of veza`. */
  label: string;
  text: string;
  onChange: (text: string) => void;
  /** Something was typed that is not applied. */
  changed: boolean;
  onDiscard: () => void;
  /** The version that was edited, by project. */
  basedOn: Record<string, number>;
  /** Why whoever looks may not apply it; null where they may. */
  refusal: string | null;
  action: DocumentsAction;
  /** Replays the gates of this project over its past promotions, where there is one. */
  backtest?: { project: string; action: BacktestAction };
  onApplied: (diffs: DocumentChanges[]) => void;
  /** Shown where applying met another version. */
  conflict: ReactNode;
}

/** A text with its two ways: to be told what it would change, and to apply it. */
export function DocumentEditor(props: DocumentEditorProps) {
  const { label, text, onChange, changed, onDiscard, basedOn, refusal, action, onApplied, conflict } = props;
  const editor = useRef<TextEditorHandle>(null);
  const checking = useChecking({ text, basedOn, action, backtest: props.backtest, onApplied });
  const { told, busy, failure, clear, check } = checking;
  useLeaveWarning(changed);

  return (
    <div className="grid gap-3">
      <TextEditor
        ref={editor}
        label={label}
        value={text}
        onChange={(next) => {
          clear();
          onChange(next);
        }}
        readOnly={refusal !== null}
        wrongLines={new Set(told?.kind === "invalid" ? told.errors.map((error) => error.line) : [])}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button variant="primary" busy={busy} disabled={refusal !== null || !changed} onClick={() => check(true)}>
          Apply…
        </Button>
        <Button busy={busy} disabled={refusal !== null} onClick={() => check(false)}>
          Validate
        </Button>
        <Button variant="quiet" disabled={!changed || busy} onClick={onDiscard}>
          Discard
        </Button>
        <span className="small muted" role="status">
          {refusal ?? (changed ? "Not applied yet" : "")}
        </span>
      </div>
      {failure?.code === "conflict" ? conflict : <ActionFailureNote failure={failure} />}
      {told ? <Told told={told} onGoTo={(line) => editor.current?.goTo(line)} /> : null}
      {checking.backtest}
      {checking.dialog}
    </div>
  );
}

function Told({ told, onGoTo }: { told: DocumentsOutcome["told"]; onGoTo: (line: number) => void }) {
  if (told.kind === "invalid") {
    return (
      <div className="grid gap-2">
        <Alert
          tone="fail"
          live
          title={told.errors.length === 1 ? "One thing is wrong" : `${told.errors.length} things are wrong`}
        >
          Nothing of it can be applied until they are mended.
        </Alert>
        <div className="sheet">
          <TextErrors errors={told.errors} onGoTo={onGoTo} />
        </div>
      </div>
    );
  }
  return (
    <div className="grid gap-2" role="status">
      <h3 className="strong">What applying it would change</h3>
      <ChangesList diffs={told.diffs} />
    </div>
  );
}
