"use client";

import { Fragment, useState } from "react";
import { fetchView, ViewError } from "@/components/live/fetch-view";
import { Changes, countOf } from "@/components/settings/changes-list";
import { Box } from "@/components/sheet/box";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Lines } from "@/components/ui/lines";
import { toast } from "@/components/ui/toast";
import type { FileVersion, ProjectFileView } from "@/lib/queries/settings";

interface FileVersionsProps {
  number: number;
  view: ProjectFileView;
  /** Puts an old text into the editor; left out for whoever may not apply it. */
  onTake: ((text: string) => void) | undefined;
}

const columns = [
  { key: "version", head: "version", width: "96px" },
  { key: "by", head: "applied by", width: "24%" },
  { key: "when", head: "when", width: "20%" },
  { key: "changes", head: "what it changed" },
  { key: "take", head: <span className="sr">its text</span>, width: "160px", numeric: true },
];

/** Every version of the file, who applied it, and what it changed. */
export function FileVersions({ number, view, onTake }: FileVersionsProps) {
  const [open, setOpen] = useState<number>();
  async function take(version: number) {
    const query = new URLSearchParams({ project: view.project, version: String(version) });
    try {
      const { text } = await fetchView<{ text: string }>(`/api/view/settings/version?${query}`);
      onTake?.(text);
      toast.note(`The text of version ${version} is in the editor`, { description: "Nothing is applied yet." });
      window.scrollTo({ top: 0 });
    } catch (error) {
      toast.failed("That version could not be read", {
        description: error instanceof ViewError ? error.problem.detail : undefined,
      });
    }
  }
  return (
    <Box
      number={number}
      title="Versions"
      note={view.moreVersions ? "the newest; older ones are kept" : "newest first"}
      flush
    >
      <Lines caption={`Versions of the file of ${view.project}`} columns={columns} heads stack>
        {view.versions.map((one) => (
          <Fragment key={one.version}>
            <Row
              one={one}
              isOpen={open === one.version}
              isCurrent={one.version === view.version}
              onToggle={() => setOpen(open === one.version ? undefined : one.version)}
              onTake={onTake ? () => void take(one.version) : undefined}
            />
            {open === one.version ? (
              <tr id={`version-${one.version}`}>
                <td />
                <td colSpan={4}>
                  <Changes changes={one.changes} />
                </td>
              </tr>
            ) : null}
          </Fragment>
        ))}
      </Lines>
    </Box>
  );
}

interface RowProps {
  one: FileVersion;
  isOpen: boolean;
  isCurrent: boolean;
  onToggle: () => void;
  onTake: (() => void) | undefined;
}

function Row({ one, isOpen, isCurrent, onToggle, onTake }: RowProps) {
  return (
    <tr>
      <th scope="row" className="strong">
        {one.version}
        {isCurrent ? <span className="muted font-regular"> now</span> : null}
      </th>
      <td>{one.appliedBy}</td>
      <td className="muted">
        <RelativeTime at={one.appliedAt} />
      </td>
      <td>
        <button
          type="button"
          className="link"
          aria-expanded={isOpen}
          aria-controls={isOpen ? `version-${one.version}` : undefined}
          onClick={onToggle}
        >
          {countOf(one.changes.length)}
        </button>
      </td>
      <td className="num lines__side">
        {onTake && !isCurrent ? (
          <Button size="small" variant="quiet" onClick={onTake}>
            Edit this text
          </Button>
        ) : null}
      </td>
    </tr>
  );
}
