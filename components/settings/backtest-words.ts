import type { BacktestCase, CaseGate, GateCounts } from "@/lib/pipeline/backtest/backtest-result";

const resultWords: Record<BacktestCase["result"], string> = {
  blocked: "blocked",
  waited: "made to wait",
  unknown: "not told",
};
const outcomeWords: Record<BacktestCase["outcome"], string> = {
  succeeded: "it succeeded",
  wentWrong: "it went wrong",
  other: "it was stopped, or is under way",
};

/** `blocked; it went wrong`: what the policy would have done to a promotion, and what became of it. */
export function caseWords({ result, outcome }: Pick<BacktestCase, "result" | "outcome">): string {
  return `${resultWords[result]}; ${outcomeWords[outcome]}`;
}

const answerWords: [keyof GateCounts["answers"], string][] = [
  ["fails", "no"],
  ["waits", "wait"],
  ["unknown", "not told"],
  ["passes", "pass"],
];

/** `2 no, 1 wait, 87 pass`: answers that nobody got are left out. */
export function gateAnswers({ answers }: Pick<GateCounts, "answers">): string {
  const told = answerWords.flatMap(([key, word]) => (answers[key] > 0 ? [`${answers[key]} ${word}`] : []));
  return told.length === 0 ? "asked of none" : told.join(", ");
}

/** What the same kind of gate said in shadow at the time; undefined where none ran there. */
export function shadowWords({ inShadow: { total, closed } }: Pick<GateCounts, "inShadow">): string | undefined {
  return total === 0 ? undefined : `in shadow, ${closed} of ${total} were closed`;
}

/** Why a gate would not have let it start: `soak: verified too short a time ago`. */
export function whyWords(title: string, { summary, shadow }: Pick<CaseGate, "summary" | "shadow">): string {
  return `${title}${shadow ? ", in shadow" : ""}: ${summary}`;
}
