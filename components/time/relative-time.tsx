"use client";

import { useInBrowser, useNow } from "./now";
import { ageWords, exactWords, leftWords, relativeWords, type WordStyle, wordsChangeAfterMs } from "./time-words";

export type Moment = string | number | Date;

interface RelativeTimeProps {
  at: Moment;
  /** `ago`: `4 min ago`, `in 2 h`; `age`: `4 min`; `left`: `21 h left`. */
  form?: "ago" | "age" | "left";
  /** `short` is `4m`; for narrow cells, with `age`. */
  style?: WordStyle;
  /** It has been: where two clocks differ by a moment, it is not said to be still to come. */
  isPast?: boolean;
}

/** A moment as seen from now, which moves on by itself; the exact time is behind it. */
export function RelativeTime({ at, form = "ago", style = "long", isPast = false }: RelativeTimeProps) {
  const moment = new Date(at).getTime();
  const coarse = useNow(60_000);
  const now = useNow(wordsChangeAfterMs(coarse - moment));
  const zone = useInBrowser() ? undefined : "UTC";
  return (
    <time dateTime={new Date(moment).toISOString()} title={exactWords(moment, zone)}>
      {wordsFor(form, isPast ? Math.max(0, now - moment) : now - moment, style)}
    </time>
  );
}

function wordsFor(form: "ago" | "age" | "left", ageMs: number, style: WordStyle): string {
  switch (form) {
    case "ago":
      return relativeWords(ageMs);
    case "age":
      return ageWords(ageMs, style);
    case "left":
      return leftWords(-ageMs);
  }
}

/** What is left until a moment: `23 h 56 min left`. */
export function Until({ at }: { at: Moment }) {
  return <RelativeTime at={at} form="left" />;
}
