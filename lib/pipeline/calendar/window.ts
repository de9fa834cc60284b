import { type Recurrence, startsOf } from "@/lib/pipeline/calendar/recurrence";
import { firstAt, lastAt, type ZoneSpan } from "@/lib/pipeline/calendar/zone";

/** A window that comes again: it begins at `start` on the days of the rule and lasts that long on the clock on the wall. */
export interface RecurringWindow extends Recurrence {
  kind: "recurring";
  name: string;
  lastsMs: number;
  /** Days (dates) on which it does not begin, as EXDATE of RFC 5545. */
  except: string[];
}

/** A window that comes once. Both ends are times on the wall, `2026-12-20T18:00`; without `to` nobody knows its end. */
export interface OnceWindow {
  kind: "once";
  name: string;
  from: string;
  to?: string;
}

export type CalendarWindow = RecurringWindow | OnceWindow;

/** From `from` until just before `to`, in milliseconds; infinite where it began before, or ends after, what was looked at. */
export interface NamedSpan {
  name: string;
  from: number;
  to: number;
}

/** What a window's spans are looked for in: all that touch `from` to `to`. */
export interface CalendarView {
  timeZone: string;
  from: number;
  to: number;
  zone: readonly ZoneSpan[];
}

const dayMs = 86_400_000;

/**
 * Every span of a window that touches the view; one that the clocks skip altogether is none. Where an hour comes twice
 * and an end of the window is in it, `wide` gives the longer reading and `narrow` the shorter one.
 */
export function spansOf(window: CalendarWindow, view: CalendarView, reading: "wide" | "narrow"): NamedSpan[] {
  const { zone, timeZone } = view;
  const [begin, end] = reading === "wide" ? [firstAt, lastAt] : [lastAt, firstAt];
  const span = (from: number, to: number): NamedSpan => {
    const last = end(zone, to);
    return { name: window.name, from: begin(zone, from), to: last >= view.to ? Number.POSITIVE_INFINITY : last };
  };
  if (window.kind === "once") {
    const to = window.to === undefined ? Number.POSITIVE_INFINITY : wallOf(window.to);
    return [span(wallOf(window.from), to)].filter(touches(view));
  }
  // A day more on either side: the clock on the wall is up to 14 hours away from UTC.
  const starts = startsOf(window, timeZone, view.from - window.lastsMs - dayMs, view.to + dayMs);
  return starts
    .filter((start) => !window.except.includes(new Date(start).toISOString().slice(0, 10)))
    .map((start) => span(start, start + window.lastsMs))
    .filter(touches(view))
    .map((one) => ({ ...one, from: one.from <= view.from ? Number.NEGATIVE_INFINITY : one.from }));
}

function touches(view: CalendarView): (span: NamedSpan) => boolean {
  return (span) => span.from < span.to && span.to > view.from && span.from < view.to;
}

/** `2026-12-20T18:00` in milliseconds, as if it were in UTC. */
function wallOf(text: string): number {
  return Date.parse(`${text}:00Z`);
}

/** Spans joined where they touch or overlap, in order, each with the names in it. */
export function joined(spans: readonly NamedSpan[]): { from: number; to: number; names: string[] }[] {
  const result: { from: number; to: number; names: string[] }[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (!last || span.from > last.to) {
      result.push({ from: span.from, to: span.to, names: [span.name] });
      continue;
    }
    last.to = Math.max(last.to, span.to);
    if (!last.names.includes(span.name)) last.names.push(span.name);
  }
  return result;
}
