import type { Verdict } from "@/lib/pipeline/gates/gate";

/** What a gate found of one thing it looks at, such as one service's image. */
export interface Finding {
  status: "pass" | "fail" | "wait" | "unknown";
  /** What was found, in words that fit into a list; of a pass they may be left empty. */
  words: string;
  evidence: Verdict["evidence"];
}

/**
 * The verdict of all findings: one that fails decides, then one that is unknown, then one that is waited for; nothing
 * found is unknown.
 */
export function verdictOf(
  base: Pick<Verdict, "gate" | "demand">,
  findings: readonly Finding[],
  words: { pass: string; nothing: string; whoCanAct: string },
): Verdict {
  const evidence = findings.flatMap((one) => one.evidence);
  const bad = findings.filter((one) => one.status === "fail");
  const unclear = findings.filter((one) => one.status === "unknown");
  const waiting = findings.filter((one) => one.status === "wait");
  const told = (list: readonly Finding[]) => [...new Set(list.map((one) => one.words))].join("; ");
  if (bad.length > 0) {
    return {
      ...base,
      status: "fail",
      summary: told([...bad, ...unclear, ...waiting]),
      evidence,
      whoCanAct: words.whoCanAct,
    };
  }
  if (unclear.length > 0 || findings.length === 0) {
    const summary = told([...unclear, ...waiting]) || words.nothing;
    return { ...base, status: "unknown", summary, evidence, whoCanAct: words.whoCanAct };
  }
  if (waiting.length > 0) {
    return { ...base, status: "wait", summary: told(waiting), evidence, whoCanAct: words.whoCanAct };
  }
  return { ...base, status: "pass", summary: told(findings.filter((one) => one.words !== "")) || words.pass, evidence };
}
