import type { CheckState } from "@/lib/pipeline/promotion/state";

/** A check as pages and the API show it: where its job is found again is for the engine alone. */
export function shownCheck(check: CheckState): CheckState {
  if (check.job?.handle === undefined) return check;
  const { handle: _, ...job } = check.job;
  return { ...check, job };
}
