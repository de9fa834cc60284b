export const severities = ["P0", "P1", "P2", "P3"] as const;

/** How urgent a release is, as whoever asks for it says: P0 is the most urgent. */
export type Severity = (typeof severities)[number];
