import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { controllerNames } from "@/lib/pipeline/policy/delegated";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { type Steer, standsAt } from "@/lib/pipeline/promotion/steer-rollout";
import type { DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";
import { standingWords } from "@/lib/pipeline/rollout/judge-delegated";
import { currentStep } from "@/lib/pipeline/rollout/step";
import { steersOf } from "@/lib/queries/canaries";

/** A rollout that a controller in the cluster carries out, as its promotion's page shows it. Times are ISO 8601, UTC. */
export interface DelegatedView {
  service: string;
  /** What people call the controller. */
  controller: string;
  stableVersion: string | null;
  newVersion: string;
  /** What its object said last; null before anybody looked. */
  seen: DelegatedStanding | null;
  /** The same in one line. */
  words: string;
  /** Who paused it here; one who did so in the cluster is in `seen`. */
  paused: { by: string; at: string; why: string } | null;
  isOn: boolean;
  /** Where it stands, the controller's own step with it, as standsAt says it; null where nothing is under way. */
  step: string | null;
  /** What a reader may say to it now; absent where they may not, or it does not fit. */
  steers: Steer[];
}

/** The rollouts of a promotion that a controller carries out; none for other strategies. */
export async function loadDelegated(
  db: Queryable,
  principal: Principal,
  state: PromotionState,
): Promise<DelegatedView[]> {
  const rollouts = "rollouts" in state ? state.rollouts : [];
  const followed = rollouts.filter((one) => one.steps?.some(({ step }) => step.kind === "follow"));
  if (followed.length === 0) return [];
  const rows = await db.query<{ service: string; seen: { delegated?: DelegatedStanding } }>(
    sql`select service, seen from canary_seen where promotion = ${state.id}`,
  );
  return followed.map((rollout): DelegatedView => {
    const { service } = rollout;
    const planned = state.plan.services.find((one) => one.service === service);
    const seen = rows.find((one) => one.service === service)?.seen.delegated ?? null;
    const paused = rollout.phase === "stepping" ? rollout.paused : undefined;
    const { strategy } = planned ?? {};
    const current = rollout.phase === "stepping" ? currentStep(rollout.steps) : undefined;
    return {
      service,
      controller: strategy?.kind === "delegated" ? controllerNames[strategy.controller] : "its controller",
      stableVersion: planned?.from?.version ?? null,
      newVersion: planned?.to.version ?? state.plan.version,
      seen,
      words: seen ? standingWords(seen) : "",
      paused: paused ? { by: paused.by.name, at: paused.at, why: paused.why } : null,
      isOn: rollout.phase === "stepping",
      step: current ? standsAt(current) : null,
      steers: steersOf(principal, state, rollout),
    };
  });
}
