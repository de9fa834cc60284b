import { type Unit, valueWords } from "@/lib/pipeline/policy/bound";

/** What is kept with a promotion of a metric that decided against it. */
export interface MetricTrace {
  name: string;
  unit: Unit;
  query: string;
  baselineQuery: string | null;
  /** What the source has of the minutes before; absent or empty where it did not answer. */
  around?: readonly { at: string; value: number | undefined }[];
  /** Oldest first; the moment of the decision is the last. */
  series: readonly {
    at: string;
    value: number | null;
    baseline: number | null;
    max: number | null;
    min: number | null;
  }[];
}

const queryLengthMax = 1000;

/** Query, values and the series around the moment, as evidence that a person reads; times are UTC. */
export function metricEvidence({
  name,
  unit,
  query,
  baselineQuery,
  series,
  around = [],
}: MetricTrace): { name: string; value: string }[] {
  const words = (value: number | null) => (value === null ? "unknown" : valueWords(value, unit));
  const cut = (text: string) =>
    text.length > queryLengthMax ? `${text.slice(0, queryLengthMax - 1).toWellFormed()}…` : text;
  const newest = series.at(-1);
  const limits = newest
    ? [
        newest.baseline === null ? [] : [`baseline ${words(newest.baseline)}`],
        newest.max === null ? [] : [`at most ${words(newest.max)}`],
        newest.min === null ? [] : [`at least ${words(newest.min)}`],
      ].flat()
    : [];
  const measured = series.map(({ at, value, baseline }) => {
    const beside = baseline === null ? "" : ` (baseline ${words(baseline)})`;
    return `${at.slice(11, 19)} ${words(value)}${beside}`;
  });
  const before = around.map(({ at, value }) => `${at.slice(11, 19)} ${words(value ?? null)}`);
  return [
    { name: `${name}: query`, value: cut(query) },
    ...(baselineQuery === null ? [] : [{ name: `${name}: baseline query`, value: cut(baselineQuery) }]),
    ...(newest ? [{ name: `${name}: value`, value: [words(newest.value), ...limits].join(", ") }] : []),
    ...(around.length > 0 ? [{ name: `${name}: minutes before, UTC`, value: before.join(" · ") }] : []),
    ...(measured.length > 0 ? [{ name: `${name}: series, UTC`, value: measured.join(" · ") }] : []),
  ];
}
