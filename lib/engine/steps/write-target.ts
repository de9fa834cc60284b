import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import type { LedgerTransaction } from "@/lib/ledger/append";
import { InvariantViolation } from "@/lib/pipeline/errors";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { type Digest, shortDigest } from "@/lib/pipeline/release/digest";
import type { RolloutStrategy, TargetChange, TargetPlan } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

/** The planned part of a service; a step about another service than its promotion's is a defect of ours. */
export function plannedOf(state: PromotionState, service: string | undefined): PlannedService {
  const planned = state.plan.services.find((one) => one.service === service);
  if (!planned) throw new InvariantViolation(`${state.id} has no service ${service}`);
  return planned;
}

/**
 * The next fencing number of a deployment: above everything that was ever written there, by this installation or by one
 * before it whose number the target still carries.
 */
export async function nextGeneration(tx: LedgerTransaction, state: PromotionState, service: string): Promise<number> {
  const [row] = await tx.query<{ generation: number }>(
    sql`select greatest(generation, coalesce((observation->>'generation')::int, 0)) as generation from deployment
         where project = ${state.project} and service = ${service} and environment = ${state.plan.environment}`,
  );
  if (!row) throw new InvariantViolation(`${service} has no deployment in ${state.plan.environment}`);
  return row.generation + 1;
}

/** What the target is told: these bytes, on behalf of this promotion, at this generation. */
export function changeFor(
  state: PromotionState,
  planned: PlannedService,
  digest: Digest,
  generation: number,
): TargetChange {
  const { strategy, image } = planned;
  return {
    image,
    digest,
    promotion: state.id,
    generation,
    strategy: podStrategyOf(planned),
    // How long it may take is the object's own where a controller rolls out.
    ...(strategy.kind === "delegated" ? {} : { deadlineSeconds: Math.ceil(strategy.deadlineMs / 1000) }),
  };
}

/** How one workload replaces its own pods; where a strategy is more than that, it is Kubernetes' own rolling update. */
function podStrategyOf({ strategy }: PlannedService): RolloutStrategy {
  switch (strategy.kind) {
    case "rolling":
    case "recreate":
      return strategy;
    case "blueGreen":
    case "canary":
      return { kind: "rolling" };
    case "delegated":
      return { kind: "own" };
    default:
      return strategy satisfies never;
  }
}

/**
 * Why what stands at the target must not be overwritten: somebody else put it there since the plan was made. Undefined
 * where it is one of the digests that this promotion knows, or where nobody has managed it by digest yet.
 */
export function foreignChange(live: TargetPlan, known: (Digest | null | undefined)[]): string | undefined {
  if (!live.exists) return "the workload does not exist";
  if (live.currentDigest === undefined) {
    if (live.currentPromotion === undefined) return undefined;
    return `its image was changed by hand to ${live.currentImage ?? "none"}`;
  }
  if (known.includes(live.currentDigest)) return undefined;
  return `it was changed meanwhile: its spec says ${shortDigest(live.currentDigest)}, which this plan does not know`;
}

/** What became of an order; foreign: somebody else's change stands there, and is left. */
export type WrittenTarget =
  | { kind: "written"; targetGeneration: number; written: boolean }
  | { kind: "foreign"; reason: string };

/** Plans and writes as often as it takes to win against writers that do not concern us (an autoscaler, a label). */
export async function writeTarget(write: {
  plan(): Promise<TargetPlan>;
  allowed(live: TargetPlan): string | undefined;
  apply(live: TargetPlan): Promise<{ targetGeneration: number; written: boolean }>;
}): Promise<WrittenTarget> {
  for (let round = 1; ; round += 1) {
    const live = await write.plan();
    const reason = live.alreadyApplied ? undefined : write.allowed(live);
    if (reason !== undefined) return { kind: "foreign", reason };
    try {
      return { kind: "written", ...(await write.apply(live)) };
    } catch (error) {
      const lostRace = error instanceof ExternalError && error.code === "conflict" && error.retryable;
      if (!lostRace || round === 3) throw error;
    }
  }
}

/** A target that cannot do what its strategy asks. */
export function misconfiguredTarget(connection: string, message: string): ExternalError {
  return new ExternalError({ system: `connection ${connection}`, code: "misconfigured", message, retryable: false });
}

/** The connection of the service's target, as this project may use it. */
export function targetOf(engine: Engine, state: PromotionState, planned: PlannedService) {
  return engine.world.target(state.project, planned.target.connection);
}
