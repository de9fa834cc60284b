import { spanWords } from "@/components/time/time-words";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { CanaryStrategy } from "@/lib/pipeline/policy/canary";
import { controllerNames, type DelegatedStrategy } from "@/lib/pipeline/policy/delegated";
import { podsForWeight, shareWords } from "@/lib/pipeline/rollout/canary-pods";
import { routeWords } from "@/lib/pipeline/rollout/canary-route";
import type { RolloutStep, StepKind } from "@/lib/pipeline/rollout/step";

/** What each kind of step does, as people call it. */
export const stepTitles: Record<StepKind, string> = {
  prepare: "Make the other colour ready",
  available: "Wait until it is available",
  smoke: "Try it on its preview",
  switch: "Switch the Service",
  startCanary: "Bring up the canary",
  weight: "Give it a share",
  analyse: "Compare",
  promoteStable: "Roll out the stable pods",
  trafficHome: "Bring the requests home",
  removeCanary: "Let the canary go",
  setDigest: "Hand over the digest",
  follow: "Follow the controller",
};

/** The step's title, with the share of a canary where it is about one. */
export function stepTitle(kind: StepKind, weight: number | null): string {
  if (weight === null) return stepTitles[kind];
  return kind === "weight" ? `${weight} % to the canary` : `Compare at ${weight} %`;
}

/** One or two short lines on what a planned step asks for; `stablePods` beside which a canary would stand, where known. */
export function stepLines(step: RolloutStep, { strategy, target }: PlannedService, stablePods?: number): string[] {
  const within = `within ${spanWords(step.deadlineMs)}`;
  if (strategy.kind === "canary") return canaryLines(step, strategy, { within, stablePods });
  if (strategy.kind === "delegated") return delegatedLines(step, strategy, target);
  if (strategy.kind !== "blueGreen") return [within];
  switch (step.kind) {
    case "prepare":
      return ["from the live one", "takes no traffic"];
    case "available":
      return ["every pod runs it", within];
    case "smoke":
      if (strategy.previewService === undefined) return ["skipped", "no preview Service"];
      return [`on ${strategy.previewService}`, testWords(strategy.smoke.length, strategy.jobs?.length ?? 0)];
    case "switch":
      return [`${target.service ?? target.workload.name} selects it`, "one call, there and back"];
    default:
      return [within];
  }
}

function testWords(tests: number, jobs: number): string {
  const parts = [
    tests > 0 && (tests === 1 ? "1 test" : `${tests} tests`),
    jobs > 0 && (jobs === 1 ? "1 job" : `${jobs} jobs`),
  ].filter(Boolean);
  return parts.length === 0 ? "no smoke test" : parts.join(", ");
}

interface CanaryKnown {
  within: string;
  stablePods: number | undefined;
}

function canaryLines(
  step: RolloutStep,
  { route, analysis, rollBackWhen }: CanaryStrategy,
  { within, stablePods }: CanaryKnown,
): string[] {
  switch (step.kind) {
    case "weight":
      return [`by ${routeWords(route)}`, "one call, there and back"];
    case "analyse": {
      const { length } = analysis.metrics;
      const checked = `${length} ${length === 1 ? "metric" : "metrics"}, ${rollBackWhen.length} ${rollBackWhen.length === 1 ? "trigger" : "triggers"}`;
      return [...shareLines(step.weight, route, stablePods), `for ${spanWords(step.forMs)}`, checked];
    }
    case "startCanary":
      return ["no requests yet", within];
    case "promoteStable":
      return ["pod by pod", within];
    case "trafficHome":
      return [`by ${routeWords(route)}`, "nothing to the canary"];
    default:
      return [within];
  }
}

function delegatedLines(
  step: RolloutStep,
  { controller, withoutAnalysis, deadlineMs }: DelegatedStrategy,
  { workload, canary }: PlannedService["target"],
): string[] {
  const object = canary === undefined ? `Rollout ${workload.name}` : `Deployment ${workload.name}, Canary ${canary}`;
  if (step.kind === "setDigest") return [object, "refused where it is busy"];
  const watched = withoutAnalysis ? "may be without analysis" : "by its own steps and analysis";
  const isFull = step.kind === "follow" && step.fully;
  const limit = `${spanWords(deadlineMs)} without progress`;
  return [`${controllerNames[controller]}: ${isFull ? "its steps are skipped" : watched}`, limit];
}

/** Without a router a share is a number of pods: beside few of them it is another one than the plan's. */
function shareLines(weight: number, route: CanaryStrategy["route"], stablePods: number | undefined): string[] {
  if (route.kind !== "replicas") return [];
  if (stablePods === undefined) return ["by pods: their number is not known"];
  return [`by ${shareWords(stablePods, podsForWeight(stablePods, weight))}`];
}

/** True for a step after which users meet the new release. */
export function touchesUsers({ kind }: RolloutStep): boolean {
  return kind === "switch" || kind === "weight" || kind === "promoteStable" || kind === "follow";
}
