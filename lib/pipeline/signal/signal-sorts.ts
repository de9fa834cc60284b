/** What the services of an environment are sorted by: the highest first, what is not known last. */
export const signalSorts = ["file", "rate", "errors", "p95", "saturation", "restarts"] as const;
export type SignalSort = (typeof signalSorts)[number];
