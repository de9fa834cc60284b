import type { Engine } from "@/lib/engine/engine";
import { collectEvidence } from "@/lib/engine/evidence/collect-evidence";
import { requestOf } from "@/lib/engine/evidence/question";
import { failpoint } from "@/lib/engine/failpoint";
import { type LeasedStep, settle } from "@/lib/engine/lease";
import { assess } from "@/lib/facts/assess";
import { signedOf } from "@/lib/facts/evidence/asked";
import { loadPlan, subjectOf } from "@/lib/facts/plan-inputs";
import { loadProject } from "@/lib/facts/project";
import { slotIsFree } from "@/lib/ledger/queue";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { comparePlans } from "@/lib/pipeline/plan/compare-plans";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** Makes the plan again from what is true now, asks every gate, and lets it start where all of them pass. */
export async function runEvaluate(engine: Engine, step: LeasedStep): Promise<void> {
  await failpoint("evaluate:taken");
  const before = await loadPromotion(engine.pool, step.project, step.promotion);
  if (before) await askOutside(engine, before);
  await failpoint("evaluate:collected");
  await settle(engine, step, async (state, tx, now) => {
    const assessment = await assess(tx, subjectOf(state.plan), signedOf(state), now, state.id);
    const slotFree = await slotIsFree(tx, state);
    if (assessment.kind === "noPlan") {
      const { plan, planHash } = state;
      const gone: Verdict = {
        gate: "plan",
        status: "fail",
        demand: "a plan that can be made",
        summary: assessment.message,
        evidence: [],
      };
      return { kind: "evaluated", plan, planHash, changes: [], verdicts: [gone], slotFree };
    }
    const { plan, planHash, verdicts } = assessment;
    const changes = planHash === state.planHash ? [] : comparePlans(state.plan, plan);
    return { kind: "evaluated", plan, planHash, changes, verdicts, slotFree };
  });
  await failpoint("evaluate:settled");
}

/** What outside systems know is asked before the transaction that judges it. */
async function askOutside(engine: Engine, state: PromotionState): Promise<void> {
  const [plan, project] = await Promise.all([
    loadPlan(engine.pool, subjectOf(state.plan)),
    loadProject(engine.pool, state.project),
  ]);
  if (plan.kind === "noPlan" || !project) return;
  await collectEvidence(engine, [
    { plan, planHash: hashPlan(plan), promotion: state.id, request: requestOf(state), project },
  ]);
}
