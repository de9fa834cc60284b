import { type CalendarWindow, joined, type NamedSpan, spansOf } from "@/lib/pipeline/calendar/window";
import { zoneSpans } from "@/lib/pipeline/calendar/zone";

/** When something is closed: while any window of `deny` is there and, where `allow` names windows, while none of them is. */
export interface Calendar {
  timezone: string;
  deny: CalendarWindow[];
  allow: CalendarWindow[];
}

/** One stretch in which it stays closed. Times are ISO 8601, UTC. */
export interface Closing {
  /** Null: it began before everything that was looked at. */
  from: string | null;
  /** Null: it opens at no moment that was looked at. */
  to: string | null;
  /** The windows that close it, in the order in which they begin. */
  by: string[];
}

/** How it stands at a moment. */
export interface CalendarState {
  open: boolean;
  /** What closes it at this very moment; empty while it is open. */
  closedBy: string[];
  /** The stretch that the moment is in; null while it is open. */
  closing: Closing | null;
  /** Closed: when it opens, null where there is no opening up to `lookedUntil`. Open: null. */
  opensAt: string | null;
  /** Open: when it closes next, null where it does not up to `lookedUntil`. Closed: null. */
  closesAt: string | null;
  /** How far was looked: an answer of null says nothing of what comes later. */
  lookedUntil: string;
}

interface Expanded {
  until: number;
  spans: NamedSpan[];
  closed: { from: number; to: number; names: string[] }[];
}

// First what nearly always answers; then, only for what stays closed longer, as far as it is worth to look.
const monthsAhead = [13, 61];

/** How a calendar stands at `now` (ISO 8601). Looks about five years ahead at most, and says how far. */
export function calendarAt(calendar: Calendar, now: string): CalendarState {
  const at = Date.parse(now);
  let state = stateIn(expand(calendar, at, monthsAhead[0] ?? 13), at);
  for (const months of monthsAhead.slice(1)) {
    if (state.opensAt !== null || state.closesAt !== null) break;
    state = stateIn(expand(calendar, at, months), at);
  }
  return state;
}

function stateIn({ closed, spans, until }: Expanded, at: number): CalendarState {
  const lookedUntil = iso(until) ?? "";
  const stretch = closed.find((one) => one.from <= at && at < one.to);
  if (!stretch) {
    const next = closed.find((one) => one.from > at);
    const closesAt = next ? iso(next.from) : null;
    return { open: true, closedBy: [], closing: null, opensAt: null, closesAt, lookedUntil };
  }
  const closedBy = [...new Set(spans.filter((one) => one.from <= at && at < one.to).map((one) => one.name))];
  const closing = closingOf(stretch);
  return { open: false, closedBy, closing, opensAt: closing.to, closesAt: null, lookedUntil };
}

/** The stretches in which a calendar is closed that touch `from` to `to` (a year at most), at most `limit` of them. */
export function closingsBetween(calendar: Calendar, from: string, to: string, limit: number): Closing[] {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const { closed } = expand(calendar, start, monthsAhead[0] ?? 13);
  return closed
    .filter((one) => one.to > start && one.from < end)
    .slice(0, limit)
    .map(closingOf);
}

function closingOf({ from, to, names }: { from: number; to: number; names: string[] }): Closing {
  return { from: iso(from), to: iso(to), by: names };
}

function iso(at: number): string | null {
  return Number.isFinite(at) ? new Date(at).toISOString() : null;
}

// Thousands of promotions wait behind the same few calendars: what a calendar says of a month is reckoned once.
const remembered = new Map<string, Expanded>();
const rememberedMax = 200;

/** Everything that a calendar closes from the month before `at` on; the same for every moment of a month in UTC. */
function expand(calendar: Calendar, at: number, months: number): Expanded {
  const day = new Date(at);
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
  const key = JSON.stringify([year, month, months, calendar.timezone, calendar.deny, calendar.allow]);
  const before = remembered.get(key);
  if (before) return before;
  const [from, to] = [Date.UTC(year, month - 1), Date.UTC(year, month + months)];
  const expanded = expandBetween(calendar, from, to);
  if (remembered.size >= rememberedMax) remembered.clear();
  remembered.set(key, expanded);
  return expanded;
}

function expandBetween(calendar: Calendar, from: number, to: number): Expanded {
  const { timezone: timeZone, deny, allow } = calendar;
  const [first, last] = zoneRange(calendar, from, to);
  const zone = zoneSpans(timeZone, first, last);
  const view = { timeZone, from, to, zone };
  const denied = deny.flatMap((window) => spansOf(window, view, "wide"));
  const allowed = allow.flatMap((window) => spansOf(window, view, "narrow"));
  const spans = allow.length === 0 ? denied : [...denied, ...outside(allowed, allow)];
  return { until: to, spans, closed: joined(spans) };
}

/** What windows that come once or last long need of the zone: its changes at their ends, however far away. */
function zoneRange({ deny, allow }: Calendar, from: number, to: number): [number, number] {
  const dayMs = 86_400_000;
  const ends = [...deny, ...allow].flatMap((one) =>
    one.kind === "once"
      ? [one.from, one.to ?? one.from].map((text) => Date.parse(`${text}:00Z`))
      : [from - one.lastsMs, to + one.lastsMs],
  );
  return [Math.min(from, ...ends) - 2 * dayMs, Math.max(to, ...ends) + 2 * dayMs];
}

/** The spans between the ones that are allowed. */
function outside(allowed: readonly NamedSpan[], windows: readonly CalendarWindow[]): NamedSpan[] {
  const name = `outside ${windows.map((one) => one.name).join(", ")}`;
  const closed: NamedSpan[] = [];
  let from = Number.NEGATIVE_INFINITY;
  for (const open of joined(allowed)) {
    if (open.from > from) closed.push({ name, from, to: open.from });
    from = open.to;
  }
  if (from < Number.POSITIVE_INFINITY) closed.push({ name, from, to: Number.POSITIVE_INFINITY });
  return closed;
}
