import type { OutsideFact, Verdict } from "@/lib/pipeline/gates/gate";

/** What an outside system could not say may be known at any moment. */
const troubleMs = 15_000;

/**
 * What a verdict says more where it lacks facts of a registry: that it takes the registry's answer, and when it is asked
 * again, at once where nobody has asked for one yet. Nothing where all of them are known.
 */
export function untilAnswered(
  facts: readonly (OutsideFact<unknown> | null | undefined)[],
  now: string,
): Pick<Verdict, "nextEvaluationAt" | "whoCanAct"> {
  const isNew = facts.some((fact) => !fact);
  if (!isNew && facts.every((fact) => fact?.trouble === undefined)) return {};
  const nextEvaluationAt = isNew ? now : new Date(Date.parse(now) + troubleMs).toISOString();
  return { nextEvaluationAt, whoCanAct: "the registry to answer" };
}
