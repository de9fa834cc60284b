"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { MatrixGeometry } from "./matrix-geometry";

interface GridWindowOptions {
  scroll: "page" | "frame";
  /** What scrolls, in a frame. */
  frame: RefObject<HTMLElement | null>;
  /** What holds the lines. */
  body: RefObject<HTMLElement | null>;
  count: number;
  geometry: MatrixGeometry;
  lineHeight: number;
  /** Columns beside the name, each as wide as the next; in a frame only those in sight are drawn. */
  columns: { count: number; width: number; nameWidth: number };
  /** Heights at the edges of the view that nothing may be scrolled under. */
  covered: { top: number; bottom: number };
  /** Always drawn, in sight or not: where the keyboard is. */
  keep?: number;
  onRange?: (first: number, last: number) => void;
}

interface Sight {
  first: number;
  last: number;
  firstColumn: number;
  lastColumn: number;
}

/** Drawn before the browser has measured anything, and on the server: a screenful of a desktop. */
const firstScreenPx = 900;
const overscan = 10;
const columnOverscan = 2;

/** Which lines and columns are in sight, whether the page scrolls or a frame in it; all are of known size. */
export function useGridWindow(options: GridWindowOptions) {
  const { scroll, frame, count, geometry, columns, keep, onRange } = options;
  const now = useRef(options);
  now.current = options;
  const [sight, setSight] = useState<Sight>(() => ({
    ...{ first: 0, last: geometry.indexAt(firstScreenPx) },
    ...{ firstColumn: 0, lastColumn: columns.count - 1 },
  }));
  const look = useCallback(() => {
    const next = sightOf(now.current);
    if (next) setSight((before) => (isSame(before, next) ? before : next));
  }, []);

  useLayoutEffect(() => {
    // Drawn before the browser paints what was scrolled to: later, it would be a gap.
    const lookNow = () => flushSync(look);
    const scrolled = scroll === "page" ? window : frame.current;
    const observer = new ResizeObserver(look);
    observer.observe(document.body);
    scrolled?.addEventListener("scroll", lookNow, { passive: true });
    window.addEventListener("resize", look);
    return () => {
      observer.disconnect();
      scrolled?.removeEventListener("scroll", lookNow);
      window.removeEventListener("resize", look);
    };
  }, [scroll, frame, look]);

  // Other lines stand where these stood.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changed is looked at, not used
  useLayoutEffect(look, [look, count, geometry, columns.count]);

  const first = Math.max(0, sight.first - overscan);
  const last = Math.min(count - 1, sight.last + overscan);
  useEffect(() => {
    if (count > 0) onRange?.(first, last);
  }, [first, last, count, onRange]);

  return {
    lines: useMemo(() => withKept(indices(first, last), keep, count), [first, last, keep, count]),
    columns: useMemo(() => {
      if (scroll === "page") return indices(0, columns.count - 1);
      const from = Math.max(0, sight.firstColumn - columnOverscan);
      return indices(from, Math.min(columns.count - 1, sight.lastColumn + columnOverscan));
    }, [scroll, columns.count, sight.firstColumn, sight.lastColumn]),
    scrollTo: useCallback((line: number, column: number) => scrollIntoSight(now.current, line, column), []),
  };
}

function sightOf({ scroll, frame, body, geometry, columns }: GridWindowOptions): Sight | undefined {
  if (!body.current || !frame.current) return undefined;
  const view = viewOf(scroll, frame.current);
  const top = view.top - body.current.getBoundingClientRect().top;
  const { scrollLeft, clientWidth } = frame.current;
  return {
    first: geometry.indexAt(top),
    last: geometry.indexAt(top + view.height),
    firstColumn: Math.floor(scrollLeft / columns.width),
    lastColumn: Math.ceil((scrollLeft + clientWidth - columns.nameWidth) / columns.width) - 1,
  };
}

function viewOf(scroll: "page" | "frame", frame: HTMLElement): { top: number; height: number } {
  if (scroll === "page") return { top: 0, height: window.innerHeight };
  return { top: frame.getBoundingClientRect().top, height: frame.clientHeight };
}

/** Scrolls as little as it takes. Column 0 is the name, which is always in sight. */
function scrollIntoSight(options: GridWindowOptions, line: number, column: number): void {
  const { scroll, frame, body, geometry, lineHeight, columns, covered } = options;
  if (!body.current || !frame.current) return;
  const view = viewOf(scroll, frame.current);
  const top = body.current.getBoundingClientRect().top + geometry.lineTop(line) - view.top;
  const down = overshoot(top, top + lineHeight, covered.top, view.height - covered.bottom);
  if (scroll === "page") window.scrollBy(0, down);
  else frame.current.scrollTop += down;
  if (scroll === "page" || column === 0) return;
  const left = columns.nameWidth + (column - 1) * columns.width - frame.current.scrollLeft;
  frame.current.scrollLeft += overshoot(left, left + columns.width, columns.nameWidth, frame.current.clientWidth);
}

/** How far something from `start` to `end` lies outside of `min` to `max`; its start counts more. */
function overshoot(start: number, end: number, min: number, max: number): number {
  if (start < min) return start - min;
  return end > max ? end - max : 0;
}

function isSame(a: Sight, b: Sight): boolean {
  return a.first === b.first && a.last === b.last && a.firstColumn === b.firstColumn && a.lastColumn === b.lastColumn;
}

function indices(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
}

function withKept(lines: number[], keep: number | undefined, count: number): number[] {
  if (keep === undefined || keep >= count || lines.includes(keep)) return lines;
  return keep < (lines[0] ?? 0) ? [keep, ...lines] : [...lines, keep];
}
