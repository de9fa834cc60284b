import type { Engine } from "@/lib/engine/engine";
import { failpoint } from "@/lib/engine/failpoint";
import { type LeasedStep, settle } from "@/lib/engine/lease";
import { assess } from "@/lib/facts/assess";
import { subjectOf } from "@/lib/facts/plan-inputs";
import { slotIsFree } from "@/lib/ledger/queue";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { comparePlans } from "@/lib/pipeline/plan/compare-plans";

/** Makes the plan again from what is true now, asks every gate, and lets it start where all of them pass. */
export async function runEvaluate(engine: Engine, step: LeasedStep): Promise<void> {
  await failpoint("evaluate:taken");
  await settle(engine, step, async (state, tx, now) => {
    const { requestedBy, requestedAt, approvals } = state;
    const assessment = await assess(tx, subjectOf(state.plan), { requestedBy, requestedAt, given: approvals }, now);
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
