"use client";

import { useNow } from "./now";
import type { Moment } from "./relative-time";
import { spanWords } from "./time-words";

interface DurationProps {
  from: Moment;
  /** Left out, it still runs and counts on. */
  to?: Moment;
}

/** How long something took, or has taken so far: `1 min 40 s`. */
export function Duration({ from, to }: DurationProps) {
  const start = new Date(from).getTime();
  if (to !== undefined) return <Span ms={new Date(to).getTime() - start} />;
  return <RunningSpan from={start} />;
}

function RunningSpan({ from }: { from: number }) {
  return <Span ms={useNow(1_000) - from} />;
}

/** A span of milliseconds in words. */
export function Span({ ms }: { ms: number }) {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return <time dateTime={`PT${seconds}S`}>{spanWords(ms)}</time>;
}
