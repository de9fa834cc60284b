const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

interface Unit {
  ms: number;
  long: string;
  short: string;
}

const units: readonly Unit[] = [
  { ms: dayMs, long: " d", short: "d" },
  { ms: hourMs, long: " h", short: "h" },
  { ms: minuteMs, long: " min", short: "m" },
  { ms: secondMs, long: " s", short: "s" },
];

export type WordStyle = "long" | "short";

/**
 * A span in its largest unit, never rounded up: `26 min`, `3 h`, `9 d`; short `26m`. Below a second it is `0 s`, and a
 * negative span counts as none: the clocks of two machines differ, and nothing is younger than now.
 */
export function ageWords(ms: number, style: WordStyle = "long"): string {
  const span = Math.max(0, ms);
  const unit = units.find((candidate) => span >= candidate.ms) ?? lastUnit;
  return `${Math.floor(span / unit.ms)}${unit[style]}`;
}

/** The same for a clock that ticks every half minute, as a large table's does: within a minute it cannot tell more. */
export function coarseAgeWords(ms: number, style: WordStyle = "long"): string {
  return ms < minuteMs ? "now" : ageWords(ms, style);
}

/** A span in its two largest units, without empty ones: `1 h 14 min`, `3 h`, `9 d 4 h`, `40 s`. */
export function spanWords(ms: number): string {
  const span = Math.max(0, ms);
  const first = units.findIndex((unit) => span >= unit.ms);
  if (first === -1) return `0${lastUnit.long}`;
  let rest = span;
  const parts: string[] = [];
  for (const unit of units.slice(first, first + 2)) {
    const count = Math.floor(rest / unit.ms);
    rest -= count * unit.ms;
    if (count > 0) parts.push(`${count}${unit.long}`);
  }
  return parts.join(" ");
}

/** How long ago, or how soon: `4 min ago`, `just now`, `in 21 h`. A clock that ticks by seconds is late by up to one. */
export function relativeWords(ms: number): string {
  if (ms > -secondMs) return ms < 5 * secondMs ? "just now" : `${ageWords(ms)} ago`;
  return -ms < minuteMs ? "in a moment" : `in ${ageWords(-ms)}`;
}

/** What is left until a moment `ms` from now: `21 h left`, `over`. */
export function leftWords(ms: number): string {
  return ms <= 0 ? "over" : `${spanWords(ms)} left`;
}

/** When the words for a span of this age change next, at the earliest; for a clock that ticks no more than it must. */
export function wordsChangeAfterMs(ageMs: number): number {
  const span = Math.abs(ageMs);
  if (span < minuteMs) return secondMs;
  return span < hourMs ? 10 * secondMs : minuteMs;
}

const lastUnit: Unit = { ms: secondMs, long: " s", short: "s" };

export type ClockPart = "time" | "date" | "moment" | "both";

const clockForms: Record<ClockPart, Intl.DateTimeFormatOptions> = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  date: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  moment: {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  },
  both: {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  },
};

/** A moment on the wall clock of a zone (IANA name; the machine's own where none is named): `Tue 17 Nov 2026 14:03:00`. */
export function clockWords(at: number, part: ClockPart, timeZone?: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { ...clockForms[part], hourCycle: "h23", timeZone });
  return format.format(at).replaceAll(",", "").replace(" at ", " ");
}

/** The whole moment with its distance from UTC, for whoever compares two clocks: `Tue 17 Nov 2026 14:03:00 UTC+1`. */
export function exactWords(at: number, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "shortOffset", timeZone }).formatToParts(at);
  const offset = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  return `${clockWords(at, "both", timeZone)} ${offset.replace("GMT", "UTC").replace(/[+]0$/, "")}`;
}
