export interface MetricSample {
  labels: Record<string, string>;
  at: string;
  /** NaN and infinities arrive as undefined: a value that is not a number is no data. */
  value: number | undefined;
}

/** Where numbers about running services come from. Throws ExternalError. */
export interface MetricSource {
  query(expression: string, at?: Date, signal?: AbortSignal): Promise<MetricSample[]>;
  check(signal?: AbortSignal): Promise<void>;
}
