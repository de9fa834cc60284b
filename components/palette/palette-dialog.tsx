"use client";

import { Command } from "cmdk";
import { useRouter } from "next/navigation";
import * as Radix from "radix-ui/dialog";
import { type RefObject, useRef, useState } from "react";
import { useView } from "@/components/live/use-view";
import { useProjectsInSight } from "@/components/shell/projects-in-sight";
import { Kbd } from "@/components/ui/kbd";
import { useReturnOfFocus } from "@/components/ui/use-return-of-focus";
import type { PaletteView } from "@/lib/queries/palette";
import { fixedLines, groupTitles, lineOf, type PaletteGroup, type PaletteLine } from "./palette-items";
import { PaletteRow } from "./palette-row";
import { recentLines, rememberLine } from "./recent-lines";
import { useTyped } from "./use-typed";

interface PaletteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What was typed before it was there. */
  initialText: string;
}

/** One field over everything that has a page: services, releases, promotions, environments, pages and what can be done. */
export function PaletteDialog({ open, onOpenChange, initialText }: PaletteDialogProps) {
  const returnFocus = useReturnOfFocus(open);
  const field = useRef<HTMLInputElement>(null);
  // Radix would select the text, and the next key would replace it.
  const focusField = (event: Event) => {
    event.preventDefault();
    field.current?.focus();
    field.current?.setSelectionRange(initialText.length, initialText.length);
  };
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="veil" />
        <Radix.Content
          className="dialog palette"
          aria-describedby={undefined}
          onOpenAutoFocus={focusField}
          onCloseAutoFocus={returnFocus}
        >
          <Radix.Title className="sr">Search and go</Radix.Title>
          <PaletteList field={field} initialText={initialText} onClose={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface PaletteListProps {
  field: RefObject<HTMLInputElement | null>;
  initialText: string;
  onClose: () => void;
}

function PaletteList({ field, initialText, onClose }: PaletteListProps) {
  const router = useRouter();
  const { all } = useProjectsInSight();
  const { text, setText, settled } = useTyped(initialText);
  const path = `/api/view/palette?${new URLSearchParams({ text: settled })}`;
  const found = useView<PaletteView>(path, { enabled: settled !== "", keep: true, watches: { projects: [] } });
  const [recent] = useState(() => recentLines(window.localStorage));
  const go = (line: PaletteLine) => {
    rememberLine(window.localStorage, line);
    onClose();
    router.push(line.href);
  };
  // While more is typed, what was found for its beginning stays; for anything else it would be the wrong answer.
  const fits = settled !== "" && found.data !== undefined && text.trim().startsWith(found.data.text);
  const groups = groupsOf(text, fits ? found.data : undefined, recent, all.length > 1);
  const isReading = text.trim() !== "" && (settled !== text.trim() || found.isFetching);
  return (
    <Command label="Search and go" shouldFilter={false} loop>
      <Command.Input
        ref={field}
        className="palette__input"
        placeholder="Release, digest, commit, service, promotion, page"
        value={text}
        onValueChange={setText}
      />
      <Command.List className="palette__list" aria-busy={isReading}>
        {groups.map(({ group, lines }) => (
          <Command.Group key={group} heading={groupTitles[group]}>
            {lines.map((line) => (
              <PaletteRow key={line.id} value={`${group} ${line.id}`} line={line} onGo={() => go(line)} />
            ))}
          </Command.Group>
        ))}
        {groups.length === 0 ? <p className="palette__empty">{emptyWords(isReading, found.error !== null)}</p> : null}
      </Command.List>
      <p className="sr" role="status">
        {isReading ? "" : `${groups.reduce((sum, { lines }) => sum + lines.length, 0)} found`}
      </p>
      <footer className="palette__foot" aria-hidden="true">
        <span>
          <Kbd>↑</Kbd> <Kbd>↓</Kbd> choose
        </span>
        <span>
          <Kbd>Enter</Kbd> open
        </span>
        <span>
          <Kbd>Esc</Kbd> close
        </span>
      </footer>
    </Command>
  );
}

function emptyWords(isReading: boolean, isBroken: boolean): string {
  if (isReading) return "Searching";
  return isBroken ? "The search did not answer. Pages can still be opened by their name." : "Nothing has this name.";
}

/** Where nothing is typed, what was opened last stands first; what was found stands before pages and actions. */
function groupsOf(text: string, found: PaletteView | undefined, recent: PaletteLine[], withProject: boolean) {
  const lines = (found?.items ?? []).map((item) => lineOf(item, withProject));
  const order = [...new Set(lines.map((line) => line.group))];
  const groups = order.map((group) => ({ group, lines: lines.filter((line) => line.group === group) }));
  const fixed = fixedLines(text);
  const fixedGroups = (["page", "action"] as PaletteGroup[]).map((group) => ({
    group,
    lines: fixed.filter((line) => line.group === group),
  }));
  const recents = text.trim() === "" ? [{ group: "recent" as const, lines: recent }] : [];
  return [...recents, ...groups, ...fixedGroups].filter((group) => group.lines.length > 0);
}
