import { valueWords } from "@/lib/pipeline/policy/bound";
import type { SignalQuery } from "@/lib/pipeline/policy/signals";

/** What is known of one signal: the number that was read last, and what is in the way of a newer one. */
export interface SignalReading {
  value?: number;
  /** When `value` was read. */
  at?: string;
  /** Why there is no number now, since when. */
  trouble?: string;
  since?: string;
}

/** What was asked last, with the answer to it: a number, or why there is none. */
export function nextReading(before: SignalReading | undefined, answer: number | string, now: string): SignalReading {
  if (typeof answer === "number") return { value: answer, at: now };
  const { value, at, trouble, since } = before ?? {};
  return {
    ...(value === undefined || at === undefined ? {} : { value, at }),
    trouble: answer,
    since: trouble === answer && since !== undefined ? since : now,
  };
}

/** The first signal that is bad, in words for a small place: `errors above 5 %`; null where none is. */
export function badWords(
  readings: Readonly<Record<string, SignalReading>>,
  queries: readonly SignalQuery[],
  everyMs: number,
  now: string,
): string | null {
  const bad = queries.find((query) => judgeSignal(readings[query.name], query, everyMs, now).standing === "bad");
  return bad?.bad === undefined ? null : `${bad.name} above ${valueWords(bad.bad, bad.unit)}`;
}

/** `measured` has no limits, so nobody says whether it is good. */
export type SignalStanding = "good" | "measured" | "warn" | "bad" | "unknown";

export interface JudgedSignal {
  standing: SignalStanding;
  /** Undefined while unknown: an old number says nothing about now. */
  value?: number;
  /** Why it is unknown, and since when that is so. */
  why?: string;
  since?: string;
}

/** Numbers older than so many intervals, and this besides, are not of now. */
const intervalsMax = 3;
const slackMs = 30_000;

/** How long a number that is asked for every so often counts, in milliseconds. */
export function freshForMs(everyMs: number): number {
  return intervalsMax * everyMs + slackMs;
}

/** A signal as it stands now. What nobody asked, what could not be answered and what is too old is unknown. */
export function judgeSignal(
  reading: SignalReading | undefined,
  { warn, bad }: Pick<SignalQuery, "warn" | "bad">,
  everyMs: number,
  now: string,
): JudgedSignal {
  if (reading === undefined) return { standing: "unknown", why: "not asked yet" };
  if (reading.trouble !== undefined) {
    return { standing: "unknown", why: reading.trouble, ...(reading.since ? { since: reading.since } : {}) };
  }
  const { value, at } = reading;
  if (value === undefined || at === undefined) return { standing: "unknown", why: "not asked yet" };
  if (!(Date.parse(now) - Date.parse(at) <= freshForMs(everyMs)))
    return { standing: "unknown", why: "nobody has asked", since: at };
  if (bad !== undefined && value > bad) return { standing: "bad", value };
  if (warn !== undefined && value > warn) return { standing: "warn", value };
  return { standing: warn === undefined && bad === undefined ? "measured" : "good", value };
}
