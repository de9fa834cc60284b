/**
 * What one judgement of a metric says. fail: it was measured, and is outside of its limits. inconclusive: there was not
 * enough to judge. error: the question itself is wrong, so that waiting gives no answer. Only pass lets anything go on.
 */
export type Outcome = "pass" | "fail" | "inconclusive" | "error";

/**
 * What judgements say together: one failure is a failure, one that could not be made is no pass. Those of a dry run decide
 * nothing; where none decides, nothing was judged, and that is inconclusive.
 */
export function aggregate(judged: readonly { outcome: Outcome; dryRun?: boolean }[]): Outcome {
  const deciding = judged.filter((one) => !one.dryRun).map((one) => one.outcome);
  const worst = (["fail", "error", "inconclusive"] as const).find((one) => deciding.includes(one));
  if (worst !== undefined) return worst;
  return deciding.length === 0 ? "inconclusive" : "pass";
}
