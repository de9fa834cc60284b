import type { CheckState } from "@/lib/pipeline/promotion/state";
import { aggregate } from "@/lib/pipeline/verification/outcome";

/** How one share of the requests stands after a look at its metrics and triggers. */
export type AnalysisStanding =
  /** Worse, or a trigger fired: back at once. */
  | { kind: "failed"; check: CheckState; words: string }
  /** Its time is over and everything passed explicitly: the next share may begin. */
  | { kind: "passed"; words: string }
  /** Right so far, and its time is not over. */
  | { kind: "watching"; words: string; leftMs: number }
  /** Its time is over without an explicit pass. `isUnknown`: nobody can tell, rather than that something is not right. */
  | { kind: "inconclusive"; words: string; isUnknown: boolean };

/** Checks whose word counts: a dry run decides nothing. */
const deciding = (checks: readonly CheckState[]) => checks.filter((one) => !one.dryRun);

function counted(checks: readonly CheckState[]): string {
  const metrics = deciding(checks).filter(({ kind }) => kind === "metric");
  const right = metrics.filter(({ status }) => status === "good" || status === "holding").length;
  return `${right} of ${metrics.length} ${metrics.length === 1 ? "metric passes" : "metrics pass"}`;
}

/**
 * What the checks of one share say together, `elapsedMs` after it began. Only an explicit pass of everything that decides
 * lets it go on: a check that could not be made, or that has not held for long enough, is none.
 */
export function judgeAnalysis(
  checks: readonly CheckState[],
  { weight, forMs }: { weight: number; forMs: number },
  elapsedMs: number,
): AnalysisStanding {
  const failed = deciding(checks).find(({ status }) => status === "failed");
  if (failed) return { kind: "failed", check: failed, words: `${failed.title}: ${failed.found}` };
  const leftMs = forMs - elapsedMs;
  if (leftMs > 0) {
    // No time in the words: they are kept, and are read long after it has passed.
    return { kind: "watching", words: `canary at ${weight} %: ${counted(checks)}`, leftMs };
  }
  const outcomes = checks.flatMap(({ kind, outcome, dryRun }) =>
    kind === "metric" ? [{ outcome: outcome ?? ("inconclusive" as const), dryRun: dryRun === true }] : [],
  );
  const open = deciding(checks).filter(({ status }) => status !== "good");
  if (aggregate(outcomes) === "pass" && open.length === 0)
    return { kind: "passed", words: `canary at ${weight} %: ${counted(checks)}` };
  const unknown = open.filter(({ status }) => status === "unknown");
  const shown = (unknown.length > 0 ? unknown : open).map(({ title, found }) => `${title}: ${found}`);
  const words = `inconclusive, paused at ${weight} %: ${shown.join("; ") || "nothing was judged"}`;
  return { kind: "inconclusive", words, isUnknown: unknown.length > 0 || open.length === 0 };
}
