/** How bad a vulnerability is, from the worst; `unrated` where nobody said. */
export const severities = ["critical", "high", "medium", "low", "unrated"] as const;
export type Severity = (typeof severities)[number];

/** How many different vulnerabilities of each severity. */
export type SeverityCounts = Record<Severity, number>;

/** The worse of two. */
export function worse(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) <= severities.indexOf(b) ? a : b;
}

/** Counts what is listed. */
export function countSeverities(findings: readonly { severity: Severity }[]): SeverityCounts {
  const counts: SeverityCounts = { critical: 0, high: 0, medium: 0, low: 0, unrated: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}
