import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import type { EffectBody } from "@/lib/pipeline/promotion/decision";
import { stepsOf } from "@/lib/pipeline/rollout/steps-of";

/** The first work of a service's rollout: its one order, or the first of its steps. */
export function beginRollout(plan: Plan, planned: PlannedService): EffectBody {
  const { service } = planned;
  const [first] = stepsOf(plan, planned);
  return first ? { kind: "rolloutStep", service, step: first.id, attempt: 1 } : { kind: "apply", service, attempt: 1 };
}
