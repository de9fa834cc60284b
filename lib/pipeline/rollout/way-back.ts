import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { Digest } from "@/lib/pipeline/release/digest";
import { factsOf, type StepState } from "@/lib/pipeline/rollout/step";

/** What it takes to bring back what one rollout changed. */
export type WayBack =
  /** One order with the digest that ran before, as the way there was one. */
  | { kind: "order" }
  /** The live Service selects `from` again; it may have been told to select `to`. */
  | { kind: "selector"; from: string; to: string }
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
    default:
      return strategy satisfies never;
  }
}

/** What runs once a rollout is back: the last verified digest, or, where nothing live was touched, what runs anyway. */
export function digestBack(planned: PlannedService, steps: readonly StepState[] | undefined): Digest | undefined {
  const untouched = wayBack(planned, steps).kind === "nothing";
  return (untouched ? planned.from?.digest : undefined) ?? planned.rollback?.digest;
}
