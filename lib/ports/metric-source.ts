export interface MetricSample {
  labels: Record<string, string>;
  at: string;
  /** NaN and infinities arrive as undefined: a value that is not a number is no data. */
  value: number | undefined;
}

/** What is asked: numbers at `to` alone, or every `stepMs` from `from` to `to`. Moments are ISO 8601. */
export interface MetricRequest {
  expression: string;
  to: string;
  range?: { from: string; stepMs: number };
  /** Where it asks how many alerts with these labels fire: for a source that knows alerts instead of expressions. */
  alert?: { labels: Record<string, string> };
}

export interface MetricSeries {
  labels: Record<string, string>;
  /** Oldest first; a moment without a number is left out, one whose value is no number is undefined. */
  points: { at: string; value: number | undefined }[];
}

/** What one request was answered: its series, none where there is no such data; or why the source refuses the question. */
export type MetricAnswer = { kind: "series"; series: MetricSeries[] } | { kind: "refused"; message: string };

/** Where numbers about running services come from; an Alertmanager answers what is asked about alerts alone. Throws ExternalError. */
export interface MetricSource {
  query(expression: string, at?: Date, signal?: AbortSignal): Promise<MetricSample[]>;
  /**
   * Answers each request in its place. Those about the same moments go together in one call, so the expressions must be
   * of one author. Throws where the source itself gave no answer.
   */
  measure(requests: readonly MetricRequest[], signal?: AbortSignal): Promise<MetricAnswer[]>;
  check(signal?: AbortSignal): Promise<void>;
}
