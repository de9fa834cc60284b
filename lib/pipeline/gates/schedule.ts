import type { GateInput, Verdict } from "@/lib/pipeline/gates/gate";

/** A promotion that was asked for at a time waits for it, through every other gate as well. */
export function evaluateSchedule({ notBefore }: { kind: "schedule"; notBefore: string }, { now }: GateInput): Verdict {
  const told = `${notBefore.slice(0, 16).replace("T", " ")} UTC`;
  const base = {
    gate: "schedule",
    demand: `not before ${told}`,
    evidence: [{ name: "asked for at", value: notBefore }],
  };
  if (now >= notBefore) return { ...base, status: "pass", summary: "its moment has come" };
  return {
    ...base,
    status: "wait",
    summary: `it was asked for at ${told}`,
    opensAt: notBefore,
    nextEvaluationAt: notBefore,
  };
}
