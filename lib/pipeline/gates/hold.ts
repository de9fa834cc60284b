import type { GateEvidence, GateInput, Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";

type Hold = NonNullable<GateEvidence["holds"]>[number];

/**
 * Stop the line: while an environment, or its whole project, is held nobody promotes into it. A rollback is not stopped by
 * it.
 */
export function evaluateHold(_config: { kind: "hold" }, { plan, evidence }: GateInput): Verdict {
  const base = { gate: "hold", demand: `${plan.environment} is not held` };
  if (!evidence.holds)
    return { ...base, status: "unknown", summary: "it is not known whether it is held", evidence: [] };
  const standing = evidence.holds.filter(({ environment }) => environment === plan.environment || environment === null);
  if (standing.length === 0) return { ...base, status: "pass", summary: "nobody holds it", evidence: [] };
  return {
    ...base,
    status: "wait",
    summary: standing.map((hold) => told(hold, plan)).join("; "),
    evidence: standing.map(({ environment, heldAt }) => ({
      name: environment === null ? `${plan.project} held since` : "held since",
      value: heldAt,
    })),
    whoCanAct: "a release manager lifts the hold",
  };
}

function told({ environment, heldBy, reason }: Hold, { project }: Plan): string {
  return environment === null
    ? `all of ${project} is held by ${heldBy.name}: ${reason}`
    : `held by ${heldBy.name}: ${reason}`;
}
