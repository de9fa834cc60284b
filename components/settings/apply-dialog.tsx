"use client";

import type { ReactNode } from "react";
import { ChangesList } from "@/components/settings/changes-list";
import type { DocumentChanges } from "@/components/settings/documents-outcome";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

interface ApplyDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  diffs: DocumentChanges[];
  /** What of it another administrator must confirm. */
  secondPerson: { project: string; environments: string[] }[];
  basedOn: Record<string, number>;
  /** What it would have done to past promotions. */
  backtest: ReactNode;
  busy: boolean;
  onConfirm: () => void;
}

/** The exact effect of a text, before it is applied. */
export function ApplyDialog(props: ApplyDialogProps) {
  const { open, onOpenChange, diffs, secondPerson, basedOn, backtest, busy, onConfirm } = props;
  const changed = diffs.filter((diff) => diff.status !== "unchanged");
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      wide
      title={titleOf(changed, basedOn)}
      description="Plans that were made before are void from then on: what waits is planned and asked anew. The text, who applied it and what it changed are kept."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Not yet</Button>
          <Button variant="primary" busy={busy} onClick={onConfirm}>
            {secondPerson.length > 0 ? "Propose" : "Apply"}
          </Button>
        </>
      }
    >
      {secondPerson.map(({ project, environments }) => (
        <div key={project} className="mb-3">
          <Alert tone="warn" title={`Another administrator of ${project} must confirm it`}>
            It changes what guards {environments.join(" and ")}. Nothing of it applies before that, and you cannot
            confirm it yourself.
          </Alert>
        </div>
      ))}
      <div className="grid gap-4">
        {backtest}
        <ChangesList diffs={changed} />
      </div>
    </Dialog>
  );
}

function titleOf(changed: DocumentChanges[], basedOn: Record<string, number>): string {
  const [first] = changed;
  if (!first || changed.length > 1) return `Apply ${changed.length} documents`;
  const { kind, name } = first.document;
  const version = basedOn[name];
  if (kind !== "Project") return `Apply connection ${name}`;
  return version === undefined ? `Create project ${name}` : `Apply version ${version + 1} of ${name}`;
}
