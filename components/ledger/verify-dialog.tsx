"use client";

import type { ReactNode } from "react";
import { CopyButton } from "@/components/digest/copy-button";
import { ChainStamp, chainName } from "@/components/ledger/chain-stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { countWords } from "@/components/ui/count-words";
import { Dialog } from "@/components/ui/dialog";
import type { HistoryView } from "@/lib/queries/history";

interface VerifyDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  view: HistoryView;
}

/** How anybody can verify the ledger without trusting this server, and how the chain stands by its own account. */
export function VerifyDialog({ open, onOpenChange, view }: VerifyDialogProps) {
  const { project, head, checked } = view;
  const file = `${project.replace(/[^A-Za-z0-9-]/g, "")}-ledger.jsonl`;
  const command = `waybill ledger verify ${file} --head ${head.seq}:${head.hash}`;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      wide
      title={`Verify the ledger of ${chainName(project)}`}
      description="Every entry carries the hash of the one before it. Whoever has the file can recompute the whole chain, without this server, its database or its administrators."
    >
      <ol className="grid gap-4">
        <Step number={1} title="Export it">
          <a className="link" href={`/api/view/ledger-export?${new URLSearchParams({ project })}`} download>
            {file}
          </a>
          , one entry a line, oldest first
        </Step>
        <Step number={2} title="Verify the file, on any machine">
          <Copied text={command} what="command" />
          It names the first entry that was changed, removed, or put in between.
        </Step>
        <Step number={3} title="Keep the head somewhere else">
          <Copied text={`${head.seq}:${head.hash}`} what="head" />A ticket or a mail will do: every later export must
          hold this entry with this hash. An end that was cut off shows only against a head known from elsewhere.
        </Step>
      </ol>
      <p className="mt-4 flex flex-wrap items-center gap-2 border-t border-rule-strong pt-3">
        <ChainStamp view={view} />
        {checked ? (
          <span className="small soft">
            {checked.finding ?? `The worker recomputed entries 1 to ${countWords(checked.seq)}`},{" "}
            <RelativeTime at={checked.at} />.
          </span>
        ) : (
          <span className="small soft">The worker has not walked this chain yet.</span>
        )}
      </p>
    </Dialog>
  );
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[28px_minmax(0,1fr)] gap-x-3">
      <span className="row-span-2 grid h-7 place-items-center border border-rule-strong small">{number}</span>
      <b>{title}</b>
      <div className="small soft">{children}</div>
    </li>
  );
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <span className="my-1 flex items-start gap-2">
      <code className="mono min-w-0 break-all text-ink">{text}</code>
      <CopyButton text={text} label={`Copy the ${what}`} className="button button--small button--icon" />
    </span>
  );
}
