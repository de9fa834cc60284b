import type { StepContext } from "@/lib/engine/steps/rollout/step-runner";
import { aCanaryService } from "@/lib/pipeline/promotion/testing/a-plan";
import { pendingSteps, type RolloutStep, type StepState } from "@/lib/pipeline/rollout/step";
import type { CanaryStanding, CanaryTarget } from "@/lib/ports/canary-target";
import type { DeployTarget } from "@/lib/ports/deploy-target";

const planned = aCanaryService("backend");
const begun = "2026-01-01T00:00:00.000Z";

/** A canary of `aCanaryService` that stands as its rollout left it, with these pods. */
export function aStanding(weight: number): CanaryStanding {
  const stable = { exists: true, replicas: 3, generation: 1, podHash: "55c1" };
  return {
    at: begun,
    stable: { ...stable, digest: planned.from?.digest, promotion: undefined },
    canary: { ...stable, replicas: 1, digest: planned.to.digest, promotion: "prm_1", podHash: "7d9f" },
    weight,
    weightWords: `${weight} %`,
  };
}

/** What a step of a canary is called with, `afterMs` after it was asked for, where its calls answer so. */
export function aCanaryContext(
  step: RolloutStep,
  afterMs: number,
  { canary, value = 0, ...more }: { canary: Partial<CanaryTarget>; value?: number } & Partial<StepContext["rollout"]>,
): StepContext {
  const [pending] = pendingSteps([step]);
  if (!pending) throw new Error("there is no step");
  const now = new Date(Date.parse(begun) + afterMs).toISOString();
  const deadlineAt = new Date(Date.parse(begun) + step.deadlineMs).toISOString();
  const status = step.kind === "analyse" ? ("requested" as const) : ("accepted" as const);
  const state: StepState = { ...pending, status, attempt: 1, requestedAt: begun, since: begun, deadlineAt };
  const numbers = { labels: {}, points: [{ at: now, value }] };
  const source = { measure: async (asked: unknown[]) => asked.map(() => ({ kind: "series", series: [numbers] })) };
  const engine = {
    now: () => now,
    callMs: 1000,
    log: () => undefined,
    pool: { query: async () => [], execute: async () => 1 },
    world: { metrics: async () => source },
  };
  const order = { service: "backend", attempt: 1, generation: 1, requestedAt: begun };
  return {
    // Of the engine, the target and the promotion a step needs no more than this.
    engine: engine as unknown as StepContext["engine"],
    target: { canary } as DeployTarget,
    state: { id: "prm_1", project: "demo", plan: { environment: "production" } } as StepContext["state"],
    rollout: { ...order, phase: "stepping", steps: [state], ...more } as StepContext["rollout"],
    ...{ planned, step: state, signal: new AbortController().signal, looked: async () => undefined },
  };
}
