import { canaryGround } from "@/lib/engine/steps/rollout/canary-ground";
import { againstRaces } from "@/lib/engine/steps/rollout/colours";
import { changeFor, foreignChange, type WrittenTarget, writeTarget } from "@/lib/engine/steps/write-target";
import type { PlannedService, RollbackTarget } from "@/lib/pipeline/plan/plan";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import type { CanaryOutcome } from "@/lib/ports/canary-target";
import type { DeployTarget } from "@/lib/ports/deploy-target";

export interface CanaryRevert {
  state: PromotionState;
  planned: PlannedService;
  rollback: RollbackTarget;
  /** Of this order back. */
  generation: number;
  target: DeployTarget;
  signal: AbortSignal;
  planning(): Promise<void>;
}

/**
 * No request reaches the canary any more: one call, before anything else. Then its pods go, and the stable workload takes
 * the verified digest again where it had been told to leave it.
 */
export async function revertCanary(
  revert: CanaryRevert,
  { weights, promoted }: { weights: number[]; promoted: boolean },
): Promise<WrittenTarget> {
  const { state, planned, rollback, generation, target, signal, planning } = revert;
  const { canary, route } = canaryGround(target, planned);
  const by = { promotion: state.id, generation };
  await planning();
  const order = { route, weight: 0, expected: weights, by };
  const weighed = await againstRaces(() => canary.setWeight(planned.target, order, signal));
  if (weighed.kind === "drift") return foreign(weighed);
  const gone = { digest: planned.to.digest, by };
  const removed = await againstRaces(() => canary.remove(planned.target, gone, signal));
  if (removed.kind === "drift") return foreign(removed);
  if (!promoted) return { kind: "written", targetGeneration: 0, written: weighed.written || removed.written };
  const change = changeFor(state, planned, rollback.digest, generation);
  return writeTarget({
    plan: () => target.plan(planned.target, change, signal),
    allowed: (live) => foreignChange(live, [planned.to.digest, planned.from?.digest, rollback.digest]),
    apply: (live) => target.revert(planned.target, change, live, signal),
  });
}

function foreign({ found, expected }: CanaryOutcome & { kind: "drift" }): WrittenTarget {
  return { kind: "foreign", reason: `somebody else changed it: found ${found}, expected ${expected}` };
}
