import type { Engine } from "@/lib/engine/engine";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import type { PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import type { StepState } from "@/lib/pipeline/rollout/step";
import type { DeployTarget } from "@/lib/ports/deploy-target";

/** Everything that one try of a step may know. */
export interface StepContext {
  engine: Engine;
  state: PromotionState & { phase: "rollingOut" };
  planned: PlannedService;
  rollout: RolloutState & { phase: "stepping" };
  step: StepState;
  target: DeployTarget;
  /** Ends the try when its time is over. */
  signal: AbortSignal;
  /** To be awaited between the look at what stands there and the order that follows from it. */
  looked(): Promise<void>;
}

/**
 * Does one kind of step: looks at what stands there, gives its order where that is not so already, on the condition that
 * nothing changed meanwhile, and says what it found. It is called again until it says done, skipped or trouble: after
 * every order, after every look, and by a successor that does not know how far the last one came. While the step is
 * `requested` it gives its order; once `accepted` it only looks. Throws ExternalError where nobody answered.
 */
export type StepRunner = (context: StepContext) => Promise<StepFinding>;

/** A finding that ends the rollout: the target, or somebody at it, said no. */
export function refused(reason: string, evidence: { name: string; value: string }[] = []): StepFinding {
  return { kind: "trouble", touched: false, trouble: { kind: "failed", reason, evidence } };
}
