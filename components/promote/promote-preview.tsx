"use client";

import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { useView } from "@/components/live/use-view";
import { cliCommand } from "@/components/promote/cli-command";
import { CopyCommand } from "@/components/promote/copy-command";
import { NoPreviewNote } from "@/components/promote/no-preview-note";
import { PlanChanged } from "@/components/promote/plan-changed";
import { PreviewAside } from "@/components/promote/preview-aside";
import { PreviewSheet } from "@/components/promote/preview-sheet";
import type { RequestAction } from "@/components/promote/request-form";
import { servicesWords } from "@/components/promotion/promotion-name";
import { WithAside } from "@/components/sheet/sheet";
import { Stamp } from "@/components/state/stamp";
import { LinkButton } from "@/components/ui/button";
import { PageHead } from "@/components/ui/page";
import type { NoPreview, PreviewView } from "@/lib/queries/promote-preview";

interface PromotePreviewProps {
  initial: PreviewView | NoPreview;
  path: string;
  requestAction: RequestAction;
  rollBackAction: RequestAction;
}

/** Exactly what would happen. It stays current; a plan that changed is shown as changed before it can be asked for. */
export function PromotePreview({ initial, path, requestAction, rollBackAction }: PromotePreviewProps) {
  const { project, environment } = initial.subject;
  const { data = initial, refetch } = useView<PreviewView | NoPreview>(path, {
    initial,
    watches: { projects: [project], environment: undefined },
  });
  const [seen, setSeen] = useState(initial.kind === "preview" ? initial : undefined);
  useReadAgainWhenAGateOpens(data, refetch);

  if (data.kind === "noPreview") return <NoPreviewNote view={data} />;
  const looked = seen ?? data;
  const isStale = looked.planHash !== data.planHash;
  const services = data.plan.services.map((one) => one.service);
  const isRollback = data.subject.kind === "rollback";
  const title = isRollback
    ? `Roll back ${servicesWords(services)} in ${environment}`
    : `Promote ${servicesWords(services)} to ${environment}`;
  return (
    <>
      <PageHead
        title={title}
        stamp={<Stamp name="preview" />}
        note={isRollback ? "nothing happens until you confirm" : "nothing is requested until you sign"}
        actions={
          <>
            <CopyCommand command={cliCommand(data.subject, data.planHash)} />
            <LinkButton href="/" icon={<X className="i" aria-hidden="true" />}>
              Close
            </LinkButton>
          </>
        }
      />
      {isStale ? <PlanChanged before={looked.plan} after={data.plan} onSeen={() => setSeen(data)} /> : null}
      <WithAside
        lead={
          <PreviewAside view={data} isStale={isStale} requestAction={requestAction} rollBackAction={rollBackAction} />
        }
      >
        <PreviewSheet view={data} />
      </WithAside>
    </>
  );
}

/** A gate that opens by time changes nothing that the stream would tell. */
function useReadAgainWhenAGateOpens(view: PreviewView | NoPreview, refetch: () => void): void {
  const moments = view.kind === "preview" ? view.verdicts.flatMap((one) => one.nextEvaluationAt ?? []) : [];
  const [next] = moments.sort();
  useEffect(() => {
    if (!next) return;
    const inMs = Date.parse(next) - Date.now() + 500;
    // A timer holds 24 days at most; whoever looks so long has read the page again by then.
    const timer = setTimeout(refetch, Math.min(Math.max(inMs, 1_000), 86_400_000));
    return () => clearTimeout(timer);
  }, [next, refetch]);
}
