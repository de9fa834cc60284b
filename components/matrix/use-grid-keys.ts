"use client";

import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";

export interface GridPlace {
  row: number;
  /** 0 is the row's name. */
  column: number;
}

interface GridKeysOptions {
  grid: RefObject<HTMLElement | null>;
  rows: number;
  columns: number;
  scrollTo: (place: GridPlace) => void;
  onOpen: (place: GridPlace) => void;
  onPromote: (place: GridPlace) => void;
}

const pageRows = 10;

/** The place that a key leads to from another, or undefined for a key that does not move. Never leaves the grid. */
export function placeAfter(
  key: string,
  from: GridPlace,
  rows: number,
  columns: number,
  far: boolean,
): GridPlace | undefined {
  const moves: Record<string, GridPlace> = {
    ArrowUp: { row: from.row - 1, column: from.column },
    ArrowDown: { row: from.row + 1, column: from.column },
    ArrowLeft: { row: from.row, column: from.column - 1 },
    ArrowRight: { row: from.row, column: from.column + 1 },
    PageUp: { row: from.row - pageRows, column: from.column },
    PageDown: { row: from.row + pageRows, column: from.column },
    Home: { row: far ? 0 : from.row, column: 0 },
    End: { row: far ? rows - 1 : from.row, column: columns },
  };
  const to = moves[key];
  return to && { row: clamp(to.row, rows - 1), column: clamp(to.column, columns) };
}

/** One tab stop for the whole grid; arrows move it, Enter opens, P promotes. */
export function useGridKeys({ grid, rows, columns, scrollTo, onOpen, onPromote }: GridKeysOptions) {
  const [active, setActive] = useState<GridPlace>({ row: 0, column: 0 });
  const place = { row: clamp(active.row, rows - 1), column: clamp(active.column, columns) };
  /** Where the focus goes once that cell is drawn, which may be some renders later. */
  const focusNext = useRef<GridPlace>(null);

  useEffect(() => {
    const to = focusNext.current;
    if (!to) return;
    const cell = grid.current?.querySelector<HTMLElement>(`[data-row="${to.row}"][data-column="${to.column}"]`);
    if (!cell) return;
    focusNext.current = null;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  function onKeyDown(event: KeyboardEvent) {
    if (event.altKey || event.metaKey) return;
    const to = placeAfter(event.key, place, rows, columns, event.ctrlKey);
    if (to) {
      event.preventDefault();
      focusNext.current = to;
      setActive(to);
      scrollTo(to);
      return;
    }
    if (event.ctrlKey || event.shiftKey) return;
    const isOnCell = event.target instanceof HTMLElement && event.target.dataset.row !== undefined;
    if (event.key === "Enter" && isOnCell) onOpen(place);
    else if (event.key.toLowerCase() === "p") onPromote(place);
    else return;
    event.preventDefault();
  }

  function onFocus(event: FocusEvent) {
    const cell = event.target.closest<HTMLElement>("[data-row][data-column]");
    if (!cell) return;
    const to = { row: Number(cell.dataset.row), column: Number(cell.dataset.column) };
    if (to.row !== place.row || to.column !== place.column) setActive(to);
  }

  return { active: place, onKeyDown, onFocus };
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(0, value), Math.max(0, max));
}
