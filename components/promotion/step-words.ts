import { spanWords } from "@/components/time/time-words";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { RolloutStep, StepKind } from "@/lib/pipeline/rollout/step";

/** What each kind of step does, as people call it. */
export const stepTitles: Record<StepKind, string> = {
  prepare: "Make the other colour ready",
  available: "Wait until it is available",
  smoke: "Try it on its preview",
  switch: "Switch the Service",
};

/** One or two short lines on what a planned step asks for. */
export function stepLines(step: RolloutStep, { strategy, target }: PlannedService): string[] {
  const within = `within ${spanWords(step.deadlineMs)}`;
  if (strategy.kind !== "blueGreen") return [within];
  switch (step.kind) {
    case "prepare":
      return ["from the live one", "takes no traffic"];
    case "available":
      return ["every pod runs it", within];
    case "smoke":
      if (strategy.previewService === undefined) return ["skipped", "no preview Service"];
      if (strategy.smoke.length === 0) return [`on ${strategy.previewService}`, "no smoke test"];
      return [
        `on ${strategy.previewService}`,
        strategy.smoke.length === 1 ? "1 test" : `${strategy.smoke.length} tests`,
      ];
    case "switch":
      return [`${target.service ?? target.workload.name} selects it`, "one call, there and back"];
    default:
      return step satisfies never;
  }
}

/** True for a step after which users meet the new release. */
export function touchesUsers({ kind }: RolloutStep): boolean {
  return kind === "switch";
}
