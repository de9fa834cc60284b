import type { Queryable } from "@/lib/db/sql";
import { loadGateEvidence, type SignedSoFar } from "@/lib/facts/gate-evidence";
import { loadPlan, type PlanSubject } from "@/lib/facts/plan-inputs";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { evaluateGates } from "@/lib/pipeline/gates/registry";
import type { NoPlan } from "@/lib/pipeline/plan/build-plan";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Plan } from "@/lib/pipeline/plan/plan";

/** A plan as it would be made now, its hash, and every gate's verdict on it. */
export interface Assessment {
  kind: "assessment";
  plan: Plan;
  planHash: string;
  verdicts: Verdict[];
}

/**
 * The one evaluation: the preview shows it, the button asks it, the execution obeys it. Reads only; inside a ledger
 * transaction it sees what that transaction sees.
 */
export async function assess(
  db: Queryable,
  subject: PlanSubject,
  signed: SignedSoFar,
  now: string,
): Promise<Assessment | NoPlan> {
  const plan = await loadPlan(db, subject);
  if (plan.kind === "noPlan") return plan;
  const planHash = hashPlan(plan);
  const evidence = await loadGateEvidence(db, plan, planHash, signed);
  return { kind: "assessment", plan, planHash, verdicts: evaluateGates({ plan, evidence, now }) };
}
