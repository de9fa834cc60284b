import { attemptCall } from "@/lib/engine/attempt-call";
import type { Engine } from "@/lib/engine/engine";
import { failpoint } from "@/lib/engine/failpoint";
import { type LeasedStep, recordIntent, settle } from "@/lib/engine/lease";
import {
  changeFor,
  foreignChange,
  nextGeneration,
  plannedOf,
  targetOf,
  writeTarget,
} from "@/lib/engine/steps/write-target";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** Tells one service's target to run the promised digest: intent, look, write, record. Safe to do again at any point. */
export async function runApply(engine: Engine, step: LeasedStep): Promise<void> {
  const service = step.payload.service ?? "";
  const attempt = step.payload.attempt ?? 1;
  await failpoint("apply:taken");
  // A first try knows without a look that nothing was intended yet; where that is wrong, the intent records nothing.
  const before =
    step.leaseGeneration === 1 ? undefined : await loadPromotion(engine.pool, step.project, step.promotion);
  const state =
    before === undefined || isPending(before, service)
      ? await recordIntent(engine, step, async (current, tx) =>
          isPending(current, service)
            ? { kind: "intendApply", service, attempt, generation: await nextGeneration(tx, current, service) }
            : undefined,
        )
      : before;
  await failpoint("apply:intended");
  const rollout = rolloutOf(state, service);
  if (!state || !("plan" in state) || rollout?.phase !== "requested") {
    await settle(engine, step, () => undefined);
    return;
  }
  const planned = plannedOf(state, service);
  const change = changeFor(state, planned, planned.to.digest, rollout.generation);
  const outcome = await attemptCall(engine, step, rollout.deadlineAt, async (signal) => {
    const target = await targetOf(engine, state, planned);
    return writeTarget({
      plan: () => target.plan(planned.target, change, signal),
      allowed: (live) => foreignChange(live, [planned.to.digest, planned.from?.digest]),
      apply: async (live) => {
        await failpoint("apply:planned");
        return target.apply(planned.target, change, live, signal);
      },
    });
  });
  await failpoint("apply:written");
  if (outcome.kind === "putOff") return;
  // An earlier try may have written before it lost its answer or its process: then nobody knows that nothing changed.
  const triedBefore = step.leaseGeneration > 1;
  await settle(engine, step, () => {
    if (outcome.kind === "trouble") {
      const touched = outcome.touched || triedBefore;
      return { kind: "applyTrouble", service, attempt, touched, trouble: outcome.trouble };
    }
    if (outcome.value.kind === "written") {
      const { targetGeneration, written } = outcome.value;
      return { kind: "applied", service, attempt, targetGeneration, written };
    }
    const trouble = { kind: "failed" as const, reason: outcome.value.reason, evidence: [] };
    return { kind: "applyTrouble", service, attempt, touched: false, trouble };
  });
  await failpoint("apply:settled");
}

function rolloutOf(state: unknown, service: string) {
  const known = state as Partial<PromotionState> | undefined;
  return known && "rollouts" in known && known.rollouts
    ? known.rollouts.find((one) => one.service === service)
    : undefined;
}

function isPending(state: PromotionState | undefined, service: string): boolean {
  return (
    state?.phase === "rollingOut" && state.rollouts.some((one) => one.service === service && one.phase === "pending")
  );
}
