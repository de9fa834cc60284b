import { expectedDigest } from "@/lib/engine/expected-digest";
import { keepCanarySeen } from "@/lib/engine/steps/rollout/keep-canary-seen";
import type { StepContext } from "@/lib/engine/steps/rollout/step-runner";
import { misconfiguredTarget } from "@/lib/engine/steps/write-target";
import { InvariantViolation } from "@/lib/pipeline/errors";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { CanaryStrategy } from "@/lib/pipeline/policy/canary";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import { shortDigest } from "@/lib/pipeline/release/digest";
import { percentWords } from "@/lib/pipeline/rollout/canary-pods";
import { type CanaryRoute, canaryRoute } from "@/lib/pipeline/rollout/canary-route";
import { judgeObservation } from "@/lib/pipeline/rollout/judge-observation";
import type { CanaryOutcome, CanaryStanding, CanaryTarget, OrderedBy } from "@/lib/ports/canary-target";
import type { DeployTarget } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

/** What every step of a canary works on. */
export interface CanaryGround {
  canary: CanaryTarget;
  route: CanaryRoute;
  strategy: CanaryStrategy;
}

/** The target's canary and the route of the plan. Throws ExternalError where this kind of target has none. */
export function canaryGround(target: DeployTarget, { target: ref, strategy, service }: PlannedService): CanaryGround {
  if (strategy.kind !== "canary") throw new InvariantViolation(`${service} is not rolled out by a canary`);
  if (!target.canary)
    throw misconfiguredTarget(ref.connection, "this kind of target knows no canary: use rolling or recreate");
  return { canary: target.canary, route: canaryRoute(strategy.route, ref), strategy };
}

/** On whose behalf the rollout's own steps write. */
export function orderedBy({ state, rollout }: Pick<StepContext, "state" | "rollout">): OrderedBy {
  return { promotion: state.id, generation: rollout.generation };
}

/** Why the stable workload is not as the plan knows it; undefined where it is. */
export function foreignStable({ planned }: Pick<StepContext, "planned">, { stable }: CanaryStanding) {
  if (stable.digest === planned.from?.digest) return undefined;
  // By a tag, and nobody has managed it by digest yet.
  if (stable.digest === undefined && stable.promotion === undefined) return undefined;
  const found = stable.digest === undefined ? "no digest" : shortDigest(stable.digest);
  return `the stable workload was changed meanwhile: its spec says ${found}, which this plan does not know`;
}

/** Why the pair is not as this rollout left it; undefined where it is. `weight` is what the route must say. */
export function foreignPair(context: StepContext, standing: CanaryStanding, weight?: number): string | undefined {
  const { canary } = standing;
  const stable = foreignStable(context, standing);
  if (stable !== undefined) return stable;
  if (!canary.exists) return "the canary is not there any more: somebody else deleted it";
  if (canary.digest !== context.planned.to.digest || canary.promotion !== context.state.id) {
    const found = canary.digest === undefined ? "no digest" : shortDigest(canary.digest);
    return `the canary was changed by somebody else: its spec says ${found}`;
  }
  if (weight === undefined || standing.weight === weight) return undefined;
  return `the canary has ${standing.weightWords} of the requests instead of ${percentWords(weight)}: somebody else changed the route`;
}

/** A finding that ends the rollout because somebody else changed what it works on; nothing was overwritten. */
export function drifted(outcome: Extract<CanaryOutcome, { kind: "drift" }>): StepFinding {
  const reason = `somebody else changed it: found ${outcome.found}, expected ${outcome.expected}`;
  return { kind: "trouble", touched: false, trouble: { kind: "failed", reason, evidence: [] } };
}

/** Whether the canary's pods all run the digest, in words; trouble where they cannot. */
export async function sightCanary(context: StepContext, { canary }: CanaryGround): Promise<StepFinding> {
  const { engine, state, planned, step, rollout, signal } = context;
  const expected = await expectedDigest(engine, state.project, planned, planned.to.digest);
  const seen = await canary.observeCanary(planned.target, signal);
  await keepCanarySeen(context, undefined, seen);
  const forMs = Date.parse(engine.now()) - Date.parse(step.since ?? engine.now());
  const sighting = judgeObservation(seen, expected, { generation: rollout.generation, forMs });
  switch (sighting.kind) {
    case "running":
      return { kind: "done", words: `${sighting.ready} of ${sighting.desired} pods of the canary run it` };
    case "progressing":
      return { kind: "progressing", words: `${sighting.ready} of ${sighting.desired} pods of the canary were ready` };
    case "trouble":
      return { kind: "trouble", trouble: sighting.trouble, touched: true };
    default:
      return sighting satisfies never;
  }
}

/** The answer, or undefined with why where the system did not give one now and may later. */
export async function orSilence<T>(call: Promise<T>): Promise<{ value: T } | { silence: ExternalError }> {
  try {
    return { value: await call };
  } catch (error) {
    if (error instanceof ExternalError && error.retryable) return { silence: error };
    throw error;
  }
}
