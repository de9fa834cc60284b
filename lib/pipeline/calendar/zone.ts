import { Temporal } from "temporal-polyfill";

/**
 * A span in which the clocks of a zone keep one distance from UTC. Times are milliseconds; `offsetMs` is what the clock
 * on the wall is ahead of UTC. Wall-clock times are written as if they were UTC.
 */
export interface ZoneSpan {
  from: number;
  to: number;
  offsetMs: number;
}

const nameForm = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

/** True for a name of the IANA time zone database, such as `Europe/Paris` or `UTC`; not for `+02:00`. */
export function isTimeZone(name: string): boolean {
  if (!nameForm.test(name)) return false;
  try {
    return offsetAt(name, 0) !== undefined;
  } catch {
    return false;
  }
}

/** The spans of a zone from `from` to `to`, in order, the first and the last of them without an end on their outer side. */
export function zoneSpans(timeZone: string, from: number, to: number): ZoneSpan[] {
  const spans: ZoneSpan[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone);
  let start = Number.NEGATIVE_INFINITY;
  for (;;) {
    const next = at.getTimeZoneTransition("next");
    const ends = next !== null && next.epochMilliseconds < to;
    const end = ends ? next.epochMilliseconds : Number.POSITIVE_INFINITY;
    spans.push({ from: start, to: end, offsetMs: at.offsetNanoseconds / 1_000_000 });
    if (!ends) return spans;
    start = end;
    at = next;
  }
}

/**
 * The first moment at which the clock on the wall shows `wall` or later. Where the clocks go forward over it, that is the
 * moment of the change; where an hour comes twice, it is the first time.
 */
export function firstAt(spans: readonly ZoneSpan[], wall: number): number {
  const span = spans.find((one) => one.to + one.offsetMs > wall);
  return span ? Math.max(span.from, wall - span.offsetMs) : Number.POSITIVE_INFINITY;
}

/** The moment from which on the clock on the wall never again shows a time before `wall`; of an hour that comes twice, the second. */
export function lastAt(spans: readonly ZoneSpan[], wall: number): number {
  const span = spans.findLast((one) => one.from + one.offsetMs < wall);
  return span ? Math.min(span.to, wall - span.offsetMs) : Number.NEGATIVE_INFINITY;
}

/** What the clock on the wall shows at a moment. */
export function wallAt(timeZone: string, at: number): number {
  return at + offsetAt(timeZone, at);
}

function offsetAt(timeZone: string, at: number): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1_000_000;
}
