"use client";

import { Download, ShieldCheck } from "lucide-react";
import Link from "next/link";
import { useQueryStates } from "nuqs";
import { useState } from "react";
import { ChainStamp, chainName } from "@/components/ledger/chain-stamp";
import { EntryDetail } from "@/components/ledger/entry-detail";
import { entryState } from "@/components/ledger/entry-state";
import { csvPath, historyParams, historyPath, narrowing } from "@/components/ledger/history-filter";
import { HistoryFilters } from "@/components/ledger/history-filters";
import { VerifyDialog } from "@/components/ledger/verify-dialog";
import { useView } from "@/components/live/use-view";
import { ViewErrorState } from "@/components/live/view-error-state";
import { type LedgerEntry, LedgerTable } from "@/components/sheet/ledger-table";
import { Button } from "@/components/ui/button";
import { countWords } from "@/components/ui/count-words";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import { Pagination } from "@/components/ui/pagination";
import { Skeleton } from "@/components/ui/skeleton";
import type { HistoryLine, HistoryView } from "@/lib/queries/history";

interface HistoryBookProps {
  initial: HistoryView;
  initialPath: string;
}

/** A project's ledger as a bound book: filtered and paged where it is kept, each entry to be laid open. */
export function HistoryBook({ initial, initialPath }: HistoryBookProps) {
  const [params, setParams] = useQueryStates(historyParams, { history: "push" });
  const [verifying, setVerifying] = useState(false);
  const project = params.project ?? initial.project;
  const path = historyPath(params, project);
  const { data, error, refetch } = useView<HistoryView>(path, {
    initial: path === initialPath ? initial : undefined,
    watches: { projects: [project] },
    keep: true,
  });
  const view = data ?? initial;
  const isFiltered = narrowing.some((key) => params[key] !== null);
  const clear = () => setParams({ ...nothing, project: params.project });

  return (
    <>
      <PageHead
        title="History"
        stamp={<ChainStamp view={view} />}
        note={view.head.seq === 0 ? "nothing is written yet" : `entries 1 to ${countWords(view.head.seq)}`}
        actions={
          <>
            <Button icon={<ShieldCheck className="i" aria-hidden="true" />} onClick={() => setVerifying(true)}>
              Verify…
            </Button>
            <a className="button" href={`/api/view/ledger-export?${new URLSearchParams({ project })}`} download>
              <Download className="i" aria-hidden="true" />
              Export
            </a>
            <a
              className="button"
              href={csvPath(params, project)}
              download
              title="What the filter shows, for a spreadsheet"
            >
              <Download className="i" aria-hidden="true" />
              CSV
            </a>
          </>
        }
      />
      <HistoryFilters
        params={params}
        project={project}
        chains={view.chains}
        choices={view.choices}
        onChange={(change) => setParams({ before: null, after: null, entry: null, ...change })}
      />
      {error && !data ? <ViewErrorState title="The ledger could not be read" error={error} onRetry={refetch} /> : null}
      {!data && !error ? (
        <div className="sheet p-4">
          <Skeleton lines={12} label="Loading the ledger" />
        </div>
      ) : null}
      {data && data.lines.length === 0 ? <NoEntries isFiltered={isFiltered} onClear={clear} /> : null}
      {data && data.lines.length > 0 ? (
        <>
          <LedgerTable
            caption={`Ledger of ${chainName(data.project)}, newest first`}
            entries={data.lines.map(entryOf)}
            openId={params.entry === null ? undefined : String(params.entry)}
            detail={params.entry === null ? null : <EntryDetail project={data.project} seq={params.entry} />}
            onToggle={(id) =>
              setParams({ entry: params.entry === Number(id) ? null : Number(id) }, { history: "replace" })
            }
          />
          <Pagination
            summary={summaryOf(data, isFiltered)}
            onPrevious={
              data.newer === null ? undefined : () => setParams({ after: data.newer, before: null, entry: null })
            }
            onNext={data.older === null ? undefined : () => setParams({ before: data.older, after: null, entry: null })}
          />
        </>
      ) : null}
      <VerifyDialog open={verifying} onOpenChange={setVerifying} view={view} />
    </>
  );
}

const nothing = Object.fromEntries(Object.keys(historyParams).map((key) => [key, null])) as {
  [Key in keyof typeof historyParams]: null;
};

function entryOf(line: HistoryLine): LedgerEntry {
  const { seq, at, kind, subject, about, by, promotion, hash } = line;
  return {
    ...{ at, kind, by, hash },
    id: String(seq),
    number: seq,
    state: entryState(kind),
    subject: promotion ? (
      <Link className="hover:underline" href={`/promotions/${promotion}`}>
        {subject}
      </Link>
    ) : (
      subject
    ),
    about,
  };
}

function summaryOf({ lines, head }: HistoryView, isFiltered: boolean): string {
  const [first, last] = [lines[0]?.seq ?? 0, lines.at(-1)?.seq ?? 0];
  const of = isFiltered ? `filtered, of ${countWords(head.seq)}` : `of ${countWords(head.seq)}`;
  return `entries ${countWords(first)} to ${countWords(last)} ${of}`;
}

function NoEntries({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState title="No entry matches" action={<Button onClick={onClear}>Show all</Button>}>
        Nothing in this ledger is like this, or not on this side of the page.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing is written yet">
      The first entry of a project's ledger is the file that made it.
    </EmptyState>
  );
}
