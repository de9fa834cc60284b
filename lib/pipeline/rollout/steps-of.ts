import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import { canarySteps } from "@/lib/pipeline/rollout/canary-steps";
import type { RolloutStep } from "@/lib/pipeline/rollout/step";
import { longestJobMs } from "@/lib/pipeline/verification/job-checks";

/** A look at tests, or a patch of one object, is over in this time or something is wrong. */
const callDeadlineMs = 120_000;

/**
 * The steps by which a service gets there, in their order; none for a strategy that is one order to the target (rolling,
 * recreate). The preview, the promotion and its page all ask this.
 */
export function stepsOf(
  plan: Pick<Plan, "kind">,
  planned: Pick<PlannedService, "strategy" | "from" | "to">,
): RolloutStep[] {
  const { strategy } = planned;
  switch (strategy.kind) {
    case "rolling":
    case "recreate":
      return [];
    case "blueGreen":
      return [
        { id: "prepare", kind: "prepare", deadlineMs: callDeadlineMs },
        { id: "available", kind: "available", deadlineMs: strategy.deadlineMs },
        { id: "smoke", kind: "smoke", deadlineMs: callDeadlineMs + longestJobMs(strategy.jobs) },
        { id: "switch", kind: "switch", deadlineMs: callDeadlineMs },
      ];
    case "canary":
      return canarySteps(plan, planned, strategy);
    case "delegated":
      return [
        { id: "setDigest", kind: "setDigest", deadlineMs: callDeadlineMs },
        { id: "follow", kind: "follow", fully: plan.kind === "rollback", deadlineMs: strategy.deadlineMs },
      ];
    default:
      return strategy satisfies never;
  }
}
