"use client";

import { useInBrowser } from "./now";
import type { Moment } from "./relative-time";
import { type ClockPart, clockWords, exactWords } from "./time-words";

interface ExactTimeProps {
  at: Moment;
  show?: ClockPart;
}

/** A moment on the reader's own wall clock; UTC, and said so, until the browser has told its zone. */
export function ExactTime({ at, show = "time" }: ExactTimeProps) {
  const moment = new Date(at).getTime();
  const zone = useInBrowser() ? undefined : "UTC";
  return (
    <time dateTime={new Date(moment).toISOString()} title={exactWords(moment, zone)}>
      {clockWords(moment, show, zone)}
    </time>
  );
}
