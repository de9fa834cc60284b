"use client";

import { useState } from "react";
import { CopyButton } from "@/components/digest/copy-button";
import { useView } from "@/components/live/use-view";
import { ChangedSince, KeptHash } from "@/components/promotion/kept-hash";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import type { KeptJobLog } from "@/lib/queries/job-logs";

interface JobLogsProps {
  id: string;
  project: string;
  checks: readonly CheckState[];
}

/** What each of these jobs printed, folded; nothing where none of them left a log. */
export function JobLogs({ id, project, checks }: JobLogsProps) {
  const [isOpened, setOpened] = useState(false);
  const { data, error, refetch } = useView<KeptJobLog[]>(`/api/view/promotions/${id}/job-logs`, {
    watches: { projects: [project], promotion: id },
    enabled: isOpened,
  });
  const logged = checks.filter((check) => check.job?.log !== undefined);
  if (logged.length === 0) return null;
  return (
    <div className="px-4 pb-3 pl-10">
      {logged.map((check) => (
        <details
          key={check.id}
          className="remains"
          onToggle={(event) => {
            if (event.currentTarget.open) setOpened(true);
          }}
        >
          <summary>
            <span className="small">
              What <span className="mono [overflow-wrap:anywhere]">{check.title.replace(/^job (of )?/, "")}</span>{" "}
              printed
              {checks.some((one) => one.service !== check.service) ? ` for ${check.service}` : ""}
            </span>
          </summary>
          <LogOf
            kept={data?.find((one) => one.digest === check.job?.log)}
            isRead={data !== undefined}
            hasFailed={error !== null && data === undefined}
            again={refetch}
            project={project}
          />
        </details>
      ))}
    </div>
  );
}

interface LogOfProps {
  kept: KeptJobLog | undefined;
  isRead: boolean;
  hasFailed: boolean;
  again: () => void;
  project: string;
}

function LogOf({ kept, isRead, hasFailed, again, project }: LogOfProps) {
  if (hasFailed) {
    return (
      <p className="small muted py-2" role="status">
        It could not be read.{" "}
        <button type="button" className="link" onClick={again}>
          Try again
        </button>
      </p>
    );
  }
  if (!isRead) return <p className="small muted py-2">Reading it …</p>;
  if (!kept) return <p className="small muted py-2">The ledger names none.</p>;
  const { standing, entry, until, log } = kept;
  return (
    <div className="grid gap-2 py-2">
      <p className="small muted flex items-start justify-between gap-2">
        <span>
          Its hash is in <KeptHash project={project} standing={standing} entry={entry} until={until} />
        </span>
        {log?.text ? <CopyButton text={log.text} label={`Copy what ${log.title} printed`} /> : null}
      </p>
      <ChangedSince standing={standing} />
      {log?.text === "" ? <p className="small muted">It printed nothing.</p> : null}
      {log?.text ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="remains__log" aria-label={`What ${log.title} printed`} tabIndex={0}>
          <pre>
            {log.cut ? "…\n" : ""}
            {log.text}
          </pre>
        </section>
      ) : null}
    </div>
  );
}
