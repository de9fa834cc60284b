"use client";

import { useState } from "react";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionFailure } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { DocumentEditor } from "@/components/settings/document-editor";
import type { CheckOutcome } from "@/components/settings/documents-outcome";
import type { DocumentsAction } from "@/components/settings/use-checking";
import { Box } from "@/components/sheet/box";
import { Facts } from "@/components/sheet/facts";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import type { ConnectionView } from "@/lib/queries/settings";

interface ConnectionBoxProps {
  number: number;
  connection: ConnectionView;
  check: (input: unknown) => Promise<CheckOutcome | ActionFailure>;
  apply: DocumentsAction;
  onChanged: () => void;
  isEdited: boolean;
  onEdit: (open: boolean) => void;
}

const kinds = {
  registry: "image registry",
  kubernetes: "cluster",
  prometheus: "metrics",
  alertmanager: "alerts",
  slack: "Slack app",
  smtp: "mail server",
  http: "jobs over HTTP",
} as const;

/** One outside system, how it answered last, and the call that asks it now. */
export function ConnectionBox(props: ConnectionBoxProps) {
  const { number, connection, check, apply, onChanged, isEdited, onEdit } = props;
  const { name, kind, mayTest, text } = connection;
  const test = useAction(check, { onDone: onChanged });
  const [answer, setAnswer] = useState<CheckOutcome>();
  async function ask() {
    setAnswer(undefined);
    const outcome = await test.run({ name });
    if (outcome.ok) setAnswer(outcome);
  }
  return (
    <Box number={number} title={name} note={kinds[kind]} answer={<Standing connection={connection} />}>
      <Facts facts={factsOf(connection)} />
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Button size="small" busy={test.busy} disabled={!mayTest} onClick={() => void ask()}>
          Test
        </Button>
        <Button
          size="small"
          variant="quiet"
          disabled={text === null}
          aria-expanded={isEdited}
          onClick={() => onEdit(!isEdited)}
        >
          {isEdited ? "Close" : "Edit"}
        </Button>
        <span className="small" role="status">
          {answer ? (
            <Answer answer={answer} />
          ) : (
            <span className="muted">
              {mayTest
                ? text === null
                  ? "Only administrators of the installation may edit it"
                  : ""
                : "You may not test it"}
            </span>
          )}
        </span>
      </div>
      <ActionFailureNote failure={test.failure} />
      {isEdited && text !== null ? <ConnectionEditor {...{ name, text, apply, onChanged, onEdit }} /> : null}
    </Box>
  );
}

function Standing({ connection: { checkedAt, trouble } }: { connection: ConnectionView }) {
  if (trouble !== null) return <State name="failing">trouble</State>;
  return checkedAt ? <State name="healthy">answered</State> : <State name="unknown">not tested yet</State>;
}

function Answer({ answer: { trouble, tookMs } }: { answer: CheckOutcome }) {
  return trouble === null ? (
    <State name="pass">It answers, after {tookMs} ms</State>
  ) : (
    <State name="fail">{trouble}</State>
  );
}

function factsOf(connection: ConnectionView) {
  const { address, projects, references, version, appliedBy, appliedAt, checkedAt, trouble } = connection;
  return [
    { name: "address", value: address, mono: /^https?:/.test(address) },
    { name: "projects", value: projects.join(", ") || "none that is there" },
    ...references.map(({ field, reference }) => ({ name: field, value: reference, mono: true })),
    {
      name: "applied",
      value: (
        <>
          version {version} by {appliedBy}, <RelativeTime at={appliedAt} />
        </>
      ),
    },
    checkedAt
      ? {
          name: trouble === null ? "answered" : "last trouble",
          value: (
            <>
              <RelativeTime at={checkedAt} isPast />
              {trouble === null ? null : `: ${trouble}`}
            </>
          ),
        }
      : (false as const),
  ];
}

interface ConnectionEditorProps {
  name: string;
  text: string;
  apply: DocumentsAction;
  onChanged: () => void;
  onEdit: (open: boolean) => void;
}

function ConnectionEditor({ name, text, apply, onChanged, onEdit }: ConnectionEditorProps) {
  const [draft, setDraft] = useState<string>();
  return (
    <div className="mt-3">
      <DocumentEditor
        label={`The connection ${name}`}
        text={draft ?? text}
        onChange={setDraft}
        changed={draft !== undefined && draft !== text}
        onDiscard={() => setDraft(undefined)}
        basedOn={{}}
        refusal={null}
        action={apply}
        onApplied={() => {
          onEdit(false);
          onChanged();
        }}
        conflict={null}
      />
    </div>
  );
}
