import { attemptCall } from "@/lib/engine/attempt-call";
import type { Engine } from "@/lib/engine/engine";
import { failpoint } from "@/lib/engine/failpoint";
import { type LeasedStep, recordIntent, settle } from "@/lib/engine/lease";
import { revertCanary } from "@/lib/engine/steps/rollout/revert-canary";
import { revertColour } from "@/lib/engine/steps/rollout/revert-colour";
import { revertDelegated } from "@/lib/engine/steps/rollout/revert-delegated";
import {
  changeFor,
  foreignChange,
  nextGeneration,
  plannedOf,
  targetOf,
  type WrittenTarget,
  writeTarget,
} from "@/lib/engine/steps/write-target";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import type { PlannedService, RollbackTarget } from "@/lib/pipeline/plan/plan";
import type { PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { wayBack } from "@/lib/pipeline/rollout/way-back";
import type { DeployTarget } from "@/lib/ports/deploy-target";

/** Tells one service's target to go back: intent, look, write, record. What somebody else put there is left, and said. */
export async function runRevert(engine: Engine, step: LeasedStep): Promise<void> {
  const service = step.payload.service ?? "";
  const attempt = step.payload.attempt ?? 1;
  await failpoint("revert:taken");
  const before = await loadPromotion(engine.pool, step.project, step.promotion);
  if (!underWay(before, service, attempt)) {
    await recordIntent(engine, step, async (current, tx) =>
      current.phase === "rollingBack" && !underWay(current, service, attempt)
        ? { kind: "intendRevert", service, attempt, generation: await nextGeneration(tx, current, service) }
        : undefined,
    );
  }
  await failpoint("revert:intended");
  const state = await loadPromotion(engine.pool, step.project, step.promotion);
  const rollout = underWay(state, service, attempt);
  const rollback = state ? plannedOf(state, service).rollback : null;
  if (!state || !rollout || !rollback) {
    await settle(engine, step, () => undefined);
    return;
  }
  const planned = plannedOf(state, service);
  const outcome = await attemptCall(engine, step, rollout.deadlineAt, async (signal) => {
    const target = await targetOf(engine, state, planned);
    return bringBack({ state, planned, rollback, rollout, target, signal });
  });
  await failpoint("revert:written");
  if (outcome.kind === "putOff") return;
  await settle(engine, step, () => {
    if (outcome.kind === "trouble") return { kind: "revertTrouble", service, attempt, trouble: outcome.trouble };
    if (outcome.value.kind === "written") {
      const { targetGeneration, written } = outcome.value;
      return { kind: "reverted", service, attempt, targetGeneration, written };
    }
    return {
      kind: "revertTrouble",
      service,
      attempt,
      trouble: { kind: "failed", reason: outcome.value.reason, evidence: [] },
    };
  });
  await failpoint("revert:settled");
}

interface Back {
  state: PromotionState;
  planned: PlannedService;
  rollback: RollbackTarget;
  rollout: RolloutState & { phase: "revertRequested" };
  target: DeployTarget;
  signal: AbortSignal;
}

/** The order back, as the strategy and how far it had come ask for it. */
function bringBack(back: Back): Promise<WrittenTarget> {
  const { state, planned, rollback, rollout, target, signal } = back;
  const { generation, steps = [] } = rollout;
  const planning = () => failpoint("revert:planned");
  const way = wayBack(planned, steps);
  switch (way.kind) {
    case "nothing":
      return Promise.resolve({ kind: "written", targetGeneration: 0, written: false });
    case "canary":
      return revertCanary({ ...back, generation, planning }, way);
    case "selector":
      return revertColour({ ...back, steps, generation, planning });
    case "delegated":
      return revertDelegated({ ...back, steps, generation, planning });
    case "order": {
      const change = changeFor(state, planned, rollback.digest, generation);
      return writeTarget({
        plan: () => target.plan(planned.target, change, signal),
        allowed: (live) => foreignChange(live, [planned.to.digest, planned.from?.digest, rollback.digest]),
        apply: async (live) => {
          await planning();
          return target.revert(planned.target, change, live, signal);
        },
      });
    }
    default:
      return way satisfies never;
  }
}

/** The rollout of this very attempt to go back, where its intent stands and nothing more. */
function underWay(state: PromotionState | undefined, service: string, attempt: number) {
  if (state?.phase !== "rollingBack") return undefined;
  return state.rollouts.find(
    (one): one is RolloutState & { phase: "revertRequested" } =>
      one.service === service && one.phase === "revertRequested" && one.attempt === attempt,
  );
}
