import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { Digest } from "@/lib/pipeline/release/digest";
import { weightsPossible } from "@/lib/pipeline/rollout/canary-steps";
import { factsOf, type StepState } from "@/lib/pipeline/rollout/step";

/** What it takes to bring back what one rollout changed. */
export type WayBack =
  /** One order with the digest that ran before, as the way there was one. */
  | { kind: "order" }
  /** The live Service selects `from` again; it may have been told to select `to`. */
  | { kind: "selector"; from: string; to: string }
  /**
   * The canary gets no requests, and goes. Its weight is one of these, or somebody else set it; `promoted` where the
   * stable workload was told to take the digest as well.
   */
  | { kind: "canary"; weights: number[]; promoted: boolean }
  /** The controller is told to abort what it has begun; then its object takes the earlier digest again. */
  | { kind: "delegated" }
  /** Nothing that takes traffic was touched. */
  | { kind: "nothing" };

/** The way back of a rollout, by its strategy and by how far its steps had come. */
export function wayBack(
  { strategy }: Pick<PlannedService, "strategy">,
  steps: readonly StepState[] | undefined,
): WayBack {
  switch (strategy.kind) {
    case "rolling":
    case "recreate":
      return { kind: "order" };
    case "blueGreen": {
      const { from, to } = factsOf(steps);
      const switched = steps?.some(({ step, status }) => step.kind === "switch" && status !== "pending");
      // A mere intention to switch counts: the call may be under way.
      return switched && from !== undefined && to !== undefined ? { kind: "selector", from, to } : { kind: "nothing" };
    }
    case "canary":
      return wayBackOfCanary(steps ?? []);
    case "delegated": {
      const begun = steps?.some(({ step, status }) => step.kind === "setDigest" && status !== "pending");
      return begun ? { kind: "delegated" } : { kind: "nothing" };
    }
    default:
      return strategy satisfies never;
  }
}

function wayBackOfCanary(steps: readonly StepState[]): WayBack {
  const begun = (kind: StepState["step"]["kind"]) =>
    steps.some(({ step, status }) => step.kind === kind && status !== "pending" && status !== "skipped");
  const promoted = begun("promoteStable");
  if (begun("startCanary")) return { kind: "canary", weights: weightsPossible(steps), promoted };
  return promoted ? { kind: "order" } : { kind: "nothing" };
}

/** True where the way back orders what the live workload runs, so that the order can be seen there. */
export function ordersLive(way: WayBack): boolean {
  return way.kind === "canary" ? way.promoted : way.kind !== "nothing";
}

/** What runs once a rollout is back: the last verified digest, or, where nothing live was touched, what runs anyway. */
export function digestBack(planned: PlannedService, steps: readonly StepState[] | undefined): Digest | undefined {
  const untouched = !ordersLive(wayBack(planned, steps));
  return (untouched ? planned.from?.digest : undefined) ?? planned.rollback?.digest;
}
