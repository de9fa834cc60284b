import { stepLines, stepTitle, touchesUsers } from "@/components/promotion/step-words";
import { spanWords } from "@/components/time/time-words";
import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import { controllerNames } from "@/lib/pipeline/policy/delegated";
import { whyNoCanary } from "@/lib/pipeline/rollout/canary-steps";
import { weightOf } from "@/lib/pipeline/rollout/step";
import { stepsOf } from "@/lib/pipeline/rollout/steps-of";
import { watchMsOf } from "@/lib/pipeline/verification/start";
import type { ServiceFacts } from "@/lib/queries/plan-facts";

/** One step of a plan, with its limits in words; no time is forecast that nobody set. */
export interface PlanStep {
  id: string;
  title: string;
  lines: string[];
  /** Users are touched here. */
  touches?: boolean;
}

/** What a plan does, step by step; `facts` are what was seen of its services, where somebody looked. */
export function planSteps(plan: Plan, facts: readonly ServiceFacts[] = []): PlanStep[] {
  const steps: Omit<PlanStep, "id">[] = plan.services.flatMap((planned) => {
    const runs = facts.find((one) => one.service === planned.service)?.runs;
    return rolloutSteps(plan, planned, runs?.seenAt ? runs.desired : undefined);
  });
  steps.push({ title: "Verify", lines: verificationLines(plan) });
  if (plan.tags.length > 0) {
    const tags = [...new Set(plan.tags.map((one) => one.tag))];
    steps.push({ title: tags.length > 1 ? "Move tags" : "Move tag", lines: [tags.join(", "), "in the registry"] });
  }
  steps.push({ title: "Succeeded", lines: ["seen running, verified"] });
  return steps.map((step, index) => ({ ...step, id: `${index + 1}`, title: `${index + 1} ${step.title}` }));
}

/** What is done to one service: its one order, or each step of it. */
function rolloutSteps(plan: Plan, planned: PlannedService, pods: number | undefined): Omit<PlanStep, "id">[] {
  const steps = stepsOf(plan, planned);
  const why = planned.strategy.kind === "canary" ? whyNoCanary(plan, planned) : undefined;
  if (steps.length === 0 || why !== undefined) {
    const title = plan.kind === "rollback" ? `Take ${planned.service} back` : `Roll out ${planned.service}`;
    const how = why === undefined ? strategyWords(planned) : `no canary: ${why}`;
    const lines = [how, `${spanWords(planned.strategy.deadlineMs)} at most`];
    return [{ title, lines, touches: true }];
  }
  const named = plan.services.length > 1 ? `, ${planned.service}` : "";
  // A share and its comparison are one line of the preview, and so is a canary's end: thirteen would not be read.
  const told = steps.filter(({ kind }) => kind !== "weight" && kind !== "trafficHome");
  return told.map((step) => ({
    // Behind its number a share would be read as one more number.
    title: `${step.kind === "analyse" ? `Canary at ${step.weight}\u00a0%` : stepTitle(step.kind, weightOf(step))}${named}`,
    lines: stepLines(step, planned, pods),
    touches: step.kind === "analyse" || touchesUsers(step),
  }));
}

/** How one service's pods are replaced. */
export function strategyWords({ strategy }: Pick<PlannedService, "strategy">): string {
  if (strategy.kind === "recreate") return "recreate: all stop first";
  if (strategy.kind === "canary") return `canary: ${strategy.steps.map(({ weight }) => `${weight} %`).join(", ")}`;
  if (strategy.kind === "blueGreen") return "blue-green: a second colour takes over";
  if (strategy.kind === "delegated") return `by ${controllerNames[strategy.controller]}`;
  const limits = [
    strategy.maxSurge === undefined ? "" : `${strategy.maxSurge} more`,
    strategy.maxUnavailable === undefined ? "" : `${strategy.maxUnavailable} fewer`,
  ].filter(Boolean);
  return limits.length === 0 ? "rolling" : `rolling, ${limits.join(", ")}`;
}

/** How many checks a verification makes of every service, the running digest among them. */
export function checkCount({ verification, services }: Plan): number {
  const { health, smoke, jobs = [], metrics = [], rollBackWhen = [] } = verification;
  return services.length * (1 + health.length + smoke.length + jobs.length + metrics.length + rollBackWhen.length);
}

/** `1 check`, `4 checks`. */
export function checkWords(count: number): string {
  return count === 1 ? "1 check" : `${count} checks`;
}

function verificationLines(plan: Plan): string[] {
  const count = checkCount(plan);
  const watchMs = watchMsOf(plan);
  return [checkWords(count), watchMs > 0 ? `watched ${spanWords(watchMs)}` : "once"];
}
