"use client";

import { useState } from "react";
import { useView } from "@/components/live/use-view";
import { DocumentEditor } from "@/components/settings/document-editor";
import { FileConflict } from "@/components/settings/file-conflict";
import { FileVersions } from "@/components/settings/file-versions";
import { type ProposalActions, ProposalsBox } from "@/components/settings/proposals-box";
import type { BacktestAction } from "@/components/settings/use-backtest";
import type { DocumentsAction } from "@/components/settings/use-checking";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { RelativeTime } from "@/components/time/relative-time";
import { LinkButton } from "@/components/ui/button";
import type { ProjectFileView } from "@/lib/queries/settings";

interface ProjectFilePageProps {
  initial: ProjectFileView;
  path: string;
  action: DocumentsAction;
  backtestAction: BacktestAction;
  proposalActions: ProposalActions;
}

/** What was typed, and the version it was typed over; none while nothing was. */
interface Draft {
  text: string;
  base: number;
}

/** A project's file: read, edited, validated, applied; and every version that it had. */
export function ProjectFilePage({ initial, path, action, backtestAction, proposalActions }: ProjectFilePageProps) {
  const { project } = initial;
  const { data, refetch } = useView<ProjectFileView>(path, { initial, watches: { projects: [project] } });
  const view = data ?? initial;
  const [draft, setDraft] = useState<Draft>();
  const base = draft?.base ?? view.version;
  const [newest] = view.versions;
  const conflict = (
    <FileConflict
      view={view}
      base={base}
      onKeep={() => draft && setDraft({ ...draft, base: view.version })}
      onTake={() => setDraft(undefined)}
    />
  );
  return (
    <Sheet label={`The file of ${project}`}>
      <SheetRow>
        <Box
          number={1}
          title="Project file"
          note={
            newest ? (
              <>
                version {view.version}, applied by {newest.appliedBy} <RelativeTime at={newest.appliedAt} />
              </>
            ) : undefined
          }
          answer={
            view.mayAdminister ? (
              <LinkButton size="small" href="/settings/file?new=project">
                Add a project…
              </LinkButton>
            ) : undefined
          }
        >
          {draft && draft.base !== view.version ? <div className="mb-3">{conflict}</div> : null}
          <DocumentEditor
            key={project}
            label={`The project file of ${project}`}
            text={draft?.text ?? view.text}
            onChange={(text) => setDraft(text === view.text && base === view.version ? undefined : { text, base })}
            changed={draft !== undefined}
            onDiscard={() => setDraft(undefined)}
            basedOn={{ [project]: base }}
            refusal={view.mayConfigure ? null : `Only an administrator of ${project} may apply it`}
            action={action}
            backtest={{ project, action: backtestAction }}
            onApplied={() => {
              setDraft(undefined);
              refetch();
            }}
            conflict={draft && draft.base !== view.version ? null : conflict}
          />
        </Box>
      </SheetRow>
      {view.proposals.length > 0 ? (
        <SheetRow>
          <ProposalsBox number={2} proposals={view.proposals} actions={proposalActions} />
        </SheetRow>
      ) : null}
      <SheetRow>
        <FileVersions
          number={view.proposals.length > 0 ? 3 : 2}
          view={view}
          onTake={view.mayConfigure ? (text) => setDraft({ text, base: view.version }) : undefined}
        />
      </SheetRow>
    </Sheet>
  );
}
