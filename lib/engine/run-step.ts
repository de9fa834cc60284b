import type { Engine } from "@/lib/engine/engine";
import { type LeasedStep, LeaseLost, settle } from "@/lib/engine/lease";
import { runApply } from "@/lib/engine/steps/apply";
import { runEvaluate } from "@/lib/engine/steps/evaluate";
import { runMoveTag } from "@/lib/engine/steps/move-tag";
import { runObserve } from "@/lib/engine/steps/observe";
import { runRevert } from "@/lib/engine/steps/revert";
import { runRetire } from "@/lib/engine/steps/rollout/retire-colour";
import { runRolloutStep } from "@/lib/engine/steps/rollout/run-rollout-step";
import { runVerify } from "@/lib/engine/steps/verify";
import type { Effect } from "@/lib/pipeline/promotion/input";

const runners: Record<Effect["kind"], (engine: Engine, step: LeasedStep) => Promise<void>> = {
  evaluate: runEvaluate,
  apply: runApply,
  rolloutStep: runRolloutStep,
  observe: runObserve,
  verify: runVerify,
  moveTag: runMoveTag,
  retire: runRetire,
  revert: runRevert,
  observeRevert: runObserve,
};

/**
 * Does one leased step. A lost lease ends it quietly: whoever holds it now does the work. Any other error is logged and
 * leaves the step to be taken again when its lease runs out.
 */
export async function runStep(engine: Engine, step: LeasedStep): Promise<void> {
  try {
    if (!Object.hasOwn(runners, step.kind)) {
      engine.log("error", "a step of an unknown kind is dropped", { step: step.id, kind: step.kind });
      await settle(engine, step, () => undefined);
      return;
    }
    await runners[step.kind as Effect["kind"]](engine, step);
  } catch (error) {
    if (error instanceof LeaseLost) {
      engine.log("info", error.message, { step: step.id });
      return;
    }
    throw error;
  }
}
