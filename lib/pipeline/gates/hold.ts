import type { GateInput, Verdict } from "@/lib/pipeline/gates/gate";

/** Stop the line: while an environment is held nobody promotes into it. A rollback is not stopped by it. */
export function evaluateHold(_config: { kind: "hold" }, { plan, evidence }: GateInput): Verdict {
  const base = { gate: "hold", demand: `${plan.environment} is not held` };
  if (!evidence.holds)
    return { ...base, status: "unknown", summary: "it is not known whether it is held", evidence: [] };
  const hold = evidence.holds.find((one) => one.environment === plan.environment);
  if (!hold) return { ...base, status: "pass", summary: "nobody holds it", evidence: [] };
  return {
    ...base,
    status: "wait",
    summary: `held by ${hold.heldBy.name}: ${hold.reason}`,
    evidence: [{ name: "held since", value: hold.heldAt }],
    whoCanAct: "a release manager lifts the hold",
  };
}
