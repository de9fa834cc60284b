import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import type { CanaryStrategy } from "@/lib/pipeline/policy/canary";
import type { RolloutStep, StepState } from "@/lib/pipeline/rollout/step";

/** What a canary does one after the other. */
export type CanaryStep =
  /** The canary's pods come up beside the stable ones, without requests. */
  | { kind: "startCanary" }
  /** The canary gets so many percent of the requests. */
  | { kind: "weight"; weight: number }
  /** It is compared for at least so long, and goes on only when everything passed. */
  | { kind: "analyse"; weight: number; forMs: number }
  /** The stable workload takes the digest, while the canary keeps its share. */
  | { kind: "promoteStable" }
  /** All requests go to the stable workload again. */
  | { kind: "trafficHome" }
  /** The canary's pods go. */
  | { kind: "removeCanary" };

/** One call to the cluster is over in this time or something is wrong. */
const callDeadlineMs = 120_000;

/** Why this service is rolled out at once although its strategy is a canary; undefined where it is not. */
export function whyNoCanary(
  { kind }: Pick<Plan, "kind">,
  { from, to }: Pick<PlannedService, "from" | "to">,
): string | undefined {
  if (kind === "rollback") return "a rollback goes at once: what it brings back was verified here";
  if (!from) return "the first deployment goes at once: nothing runs yet that it could be compared with";
  return from.digest === to.digest ? "it runs this digest already: there is nothing to compare" : undefined;
}

/** The steps of a canary; where there is none, the first one is there to say why, and the stable workload follows. */
export function canarySteps(
  plan: Pick<Plan, "kind">,
  planned: Pick<PlannedService, "from" | "to">,
  { steps, analysis, deadlineMs }: CanaryStrategy,
): RolloutStep[] {
  const start: RolloutStep = { id: "startCanary", kind: "startCanary", deadlineMs };
  const promote: RolloutStep = { id: "promoteStable", kind: "promoteStable", deadlineMs };
  if (whyNoCanary(plan, planned) !== undefined) return [start, promote];
  return [
    start,
    ...steps.flatMap(({ weight, forMs }): RolloutStep[] => [
      { id: `weight:${weight}`, kind: "weight", weight, deadlineMs },
      { id: `analyse:${weight}`, kind: "analyse", weight, forMs, deadlineMs: forMs + analysis.deadlineMs },
    ]),
    promote,
    { id: "trafficHome", kind: "trafficHome", deadlineMs: callDeadlineMs },
    { id: "removeCanary", kind: "removeCanary", deadlineMs },
  ];
}

/** The largest share that the canary is to carry. */
export function largestWeight({ steps }: Pick<CanaryStrategy, "steps">): number {
  return Math.max(...steps.map(({ weight }) => weight));
}

/**
 * The weights that Waybill itself may have left the canary with: that of the last step that was seen, and that of one
 * whose call may be under way. Any other one is somebody else's.
 */
export function weightsPossible(steps: readonly StepState[]): number[] {
  let possible = [0];
  for (const { step, status } of steps) {
    const weight = step.kind === "weight" ? step.weight : step.kind === "trafficHome" ? 0 : undefined;
    if (weight === undefined || status === "pending" || status === "skipped") continue;
    possible = status === "done" ? [weight] : [...new Set([...possible, weight])];
  }
  return possible;
}

/** The weight that was set last and seen; undefined before there was one. A controller of its own says it while it rolls. */
export function weightSeen(steps: readonly StepState[] | undefined): number | undefined {
  const followed = steps?.find(({ step }) => step.kind === "follow");
  if (followed) {
    const { weight = "" } = followed.facts;
    return followed.status === "accepted" && weight !== "" ? Number(weight) : undefined;
  }
  const seen = (steps ?? []).findLast(
    ({ step, status }) => status === "done" && (step.kind === "weight" || step.kind === "trafficHome"),
  );
  if (!seen) return undefined;
  return seen.step.kind === "weight" ? seen.step.weight : 0;
}
