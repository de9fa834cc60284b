import type { Queryable } from "@/lib/db/sql";
import type { Asked, SignedSoFar } from "@/lib/facts/evidence/asked";
import { loadGateEvidence } from "@/lib/facts/gate-evidence";
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
 * transaction it sees what that transaction sees. `promotion` is its id once it was asked for.
 */
export async function assess(
  db: Queryable,
  subject: PlanSubject,
  signed: SignedSoFar,
  now: string,
  promotion: string | null = null,
): Promise<Assessment | NoPlan> {
  const plan = await loadPlan(db, subject);
  if (plan.kind === "noPlan") return plan;
  const planHash = hashPlan(plan);
  const [verdicts = []] = await judge(db, [{ plan, planHash, promotion, signed }], now);
  return { kind: "assessment", plan, planHash, verdicts };
}

/** Every gate's verdict on each of these plans, in their order. */
export async function judge(db: Queryable, asked: readonly Asked[], now: string): Promise<Verdict[][]> {
  const evidence = await loadGateEvidence(db, asked, now);
  return asked.map(({ plan, planHash, signed }, index) => {
    const overrides = (signed.overrides ?? []).filter((one) => one.planHash === planHash);
    return evaluateGates({ plan, evidence: evidence[index] ?? {}, now, overrides });
  });
}
