import { attemptCall } from "@/lib/engine/attempt-call";
import type { Engine } from "@/lib/engine/engine";
import { failpoint } from "@/lib/engine/failpoint";
import { settleWithEvidence } from "@/lib/engine/failure/settle-with-evidence";
import { type LeasedStep, recordIntent, settle } from "@/lib/engine/lease";
import { analyseCanary } from "@/lib/engine/steps/rollout/analyse-canary";
import { awaitColour } from "@/lib/engine/steps/rollout/await-colour";
import { followController } from "@/lib/engine/steps/rollout/follow-controller";
import { prepareColour } from "@/lib/engine/steps/rollout/prepare-colour";
import { promoteStable } from "@/lib/engine/steps/rollout/promote-stable";
import { setDigest } from "@/lib/engine/steps/rollout/set-digest";
import { smokePreview } from "@/lib/engine/steps/rollout/smoke-preview";
import { startCanary } from "@/lib/engine/steps/rollout/start-canary";
import type { StepRunner } from "@/lib/engine/steps/rollout/step-runner";
import { switchColour } from "@/lib/engine/steps/rollout/switch-colour";
import { bringTrafficHome, removeCanary, weighCanary } from "@/lib/engine/steps/rollout/weigh-canary";
import { nextGeneration, plannedOf, targetOf } from "@/lib/engine/steps/write-target";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { currentStep, type StepKind, type StepState } from "@/lib/pipeline/rollout/step";
import { stepsOf } from "@/lib/pipeline/rollout/steps-of";

/** Who does each kind of step. */
export const stepRunners: Record<StepKind, StepRunner> = {
  prepare: prepareColour,
  available: awaitColour,
  smoke: smokePreview,
  switch: switchColour,
  startCanary,
  weight: weighCanary,
  analyse: analyseCanary,
  promoteStable,
  trafficHome: bringTrafficHome,
  removeCanary,
  setDigest,
  follow: followController,
};

/** Does one step of a rollout once: intent, look, order, record. Safe to do again at any point. */
export async function runRolloutStep(engine: Engine, leased: LeasedStep): Promise<void> {
  const { service = "", step = "", attempt = 1 } = leased.payload;
  const before = await loadPromotion(engine.pool, leased.project, leased.promotion);
  const kind = before && kindOf(before, service, step);
  if (!kind) {
    await settle(engine, leased, () => undefined);
    return;
  }
  await failpoint(`${kind}:taken`);
  const state = isDue(before, service, step)
    ? await recordIntent(engine, leased, async (current, tx) => {
        if (!isDue(current, service, step)) return undefined;
        return { kind: "intendStep", service, step, attempt, generation: await nextGeneration(tx, current, service) };
      })
    : before;
  await failpoint(`${kind}:intended`);
  const under = underWay(state, service, step, attempt);
  if (!under) {
    await settle(engine, leased, () => undefined);
    return;
  }
  const planned = plannedOf(under.state, service);
  const outcome = await attemptCall(engine, leased, patienceOf(under.step, engine.now()), async (signal) => {
    const target = await targetOf(engine, under.state, planned);
    const looked = () => failpoint(`${kind}:looked`);
    return stepRunners[kind]({ engine, planned, target, signal, looked, ...under });
  });
  await failpoint(`${kind}:written`);
  if (outcome.kind === "putOff") return;
  // An earlier try may have written before it lost its answer or its process: then nobody knows that nothing changed.
  const triedBefore = leased.leaseGeneration > 1;
  const finding: StepFinding =
    outcome.kind === "answered"
      ? outcome.value
      : { kind: "trouble", trouble: outcome.trouble, touched: outcome.touched || triedBefore };
  await settleWithEvidence(engine, leased, under.state, { kind: "stepFound", service, step, attempt, finding });
  await failpoint(`${kind}:settled`);
}

/** Until when an outside system may be silent: to the step's own end, which does not come while a person is waited for. */
function patienceOf({ step, facts, deadlineAt }: StepState, now: string): string {
  if (facts.waits === "yes") return new Date(Date.parse(now) + step.deadlineMs).toISOString();
  return deadlineAt ?? now;
}

function kindOf(state: PromotionState, service: string, id: string): StepKind | undefined {
  const planned = state.plan.services.find((one) => one.service === service);
  return planned && stepsOf(state.plan, planned).find((one) => one.id === id)?.kind;
}

/** True where the step's intent is not written down yet. */
function isDue(state: PromotionState, service: string, id: string): boolean {
  if (state.phase !== "rollingOut") return false;
  const rollout = state.rollouts.find((one) => one.service === service);
  if (rollout?.phase === "pending") return true;
  const current = rollout?.phase === "stepping" ? currentStep(rollout.steps) : undefined;
  return current?.step.id === id && current.status === "pending";
}

/** This very try of the step, where its intent stands and it is not over. */
function underWay(state: unknown, service: string, id: string, attempt: number) {
  const known = state as PromotionState | { kind: "rejection" };
  if (!("phase" in known) || known.phase !== "rollingOut") return undefined;
  const rollout = known.rollouts.find((one) => one.service === service);
  if (rollout?.phase !== "stepping") return undefined;
  const step = currentStep(rollout.steps);
  const isOn = step?.status === "requested" || step?.status === "accepted";
  return step && isOn && step.step.id === id && step.attempt === attempt ? { state: known, rollout, step } : undefined;
}
