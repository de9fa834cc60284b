import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { CheckState, PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { type Steer, standsAt, whyNotSteer } from "@/lib/pipeline/promotion/steer-rollout";
import type { CanarySeen } from "@/lib/pipeline/rollout/canary-seen";
import { weightSeen } from "@/lib/pipeline/rollout/canary-steps";
import { currentStep, weightOf } from "@/lib/pipeline/rollout/step";
import { shownCheck } from "@/lib/queries/shown-check";

/** A canary as its promotion's page shows it. Times are ISO 8601, UTC. */
export interface CanaryView {
  service: string;
  /** The share that was set last and seen, in percent. */
  weight: number;
  /** The next share; null where none is left. */
  next: number | null;
  /** Every share of the plan. */
  shares: number[];
  /** The step whose turn it is, as standsAt says it; null where nothing is under way. */
  step: string | null;
  /** The share whose analysis is under way, or was last; null before the first. */
  analysed: number | null;
  /** Nobody could judge it when it was looked at last: it stays where it is. */
  isInconclusive: boolean;
  /**
   * When an analysis under way goes back without a pass. Null where nothing is under way, where a person holds what is
   * right, and where it was left to a person what nobody can judge.
   */
  goesBackAt: string | null;
  checks: CheckState[];
  paused: { by: string; at: string; why: string } | null;
  stableVersion: string | null;
  canaryVersion: string;
  /** What was seen last; null before anybody looked. */
  seen: (Partial<CanarySeen> & { at: string }) | null;
  /** Its pods are there, or are to come: it is under way. */
  isOn: boolean;
  /** What a reader may say to it now; absent where they may not, or it does not fit. */
  steers: Steer[];
}

/** The canaries of a promotion; none for other strategies, and none where there was no canary to make. */
export async function loadCanaries(db: Queryable, principal: Principal, state: PromotionState): Promise<CanaryView[]> {
  if (stagedOf(state).length === 0) return [];
  const rows = await db.query<SeenRow>(
    sql`select service, to_char(seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, seen
          from canary_seen where promotion = ${state.id}`,
  );
  return canariesOf(state, rows, (rollout) => steersOf(principal, state, rollout));
}

interface SeenRow {
  service: string;
  at: string;
  seen: Partial<CanarySeen>;
}

function stagedOf(state: PromotionState): RolloutState[] {
  const rollouts = "rollouts" in state ? state.rollouts : [];
  return rollouts.filter((one) => one.steps?.some(({ step }) => step.kind === "weight"));
}

/** The canaries in a state, with what was seen of them last and what may be said to each. */
export function canariesOf(
  state: PromotionState,
  rows: readonly SeenRow[] = [],
  steers: (rollout: RolloutState) => Steer[] = () => [],
): CanaryView[] {
  return stagedOf(state).map((rollout): CanaryView => {
    const { service, steps = [] } = rollout;
    const planned = state.plan.services.find((one) => one.service === service);
    const shares = steps.flatMap(({ step }) => (step.kind === "weight" ? [step.weight] : []));
    const weight = weightSeen(steps) ?? 0;
    const analysis = steps.findLast(({ step, status }) => step.kind === "analyse" && status !== "pending");
    const row = rows.find((one) => one.service === service);
    const current = rollout.phase === "stepping" ? currentStep(steps) : undefined;
    const isAnalysing = current?.step.kind === "analyse" && current.status !== "pending";
    const isInconclusive = isAnalysing && current.facts.standing === "inconclusive";
    const paused = rollout.phase === "stepping" ? rollout.paused : undefined;
    return {
      ...{ service, weight, shares },
      next: current ? nextOf(steps) : null,
      step: current ? standsAt(current) : null,
      analysed: analysis ? weightOf(analysis.step) : null,
      isInconclusive,
      // A pause holds what is right; what nobody can judge keeps its deadline, unless the file leaves it to a person.
      goesBackAt:
        isAnalysing && (isInconclusive ? current.facts.until !== "person" : !paused) ? current.deadlineAt : null,
      checks: (analysis?.checks ?? []).map(shownCheck),
      paused: paused ? { by: paused.by.name, at: paused.at, why: paused.why } : null,
      stableVersion: planned?.from?.version ?? null,
      canaryVersion: planned?.to.version ?? state.plan.version,
      seen: row ? { ...row.seen, at: row.at } : null,
      isOn: rollout.phase === "stepping",
      steers: steers(rollout),
    };
  });
}

function nextOf(steps: Parameters<typeof weightSeen>[0]): number | null {
  const next = steps?.find(({ step, status }) => step.kind === "weight" && status === "pending");
  return next ? weightOf(next.step) : null;
}

/** What a reader may say to a rollout as it stands. */
export function steersOf(
  principal: Principal,
  { project, plan, phase }: PromotionState,
  rollout: RolloutState,
): Steer[] {
  if (phase !== "rollingOut") return [];
  const scope = { project, environment: plan.environment };
  const rights = { pause: "pause", resume: "pause", skip: "skipStep", promoteFully: "skipStep" } as const;
  return (Object.keys(rights) as Steer[]).filter(
    (steer) => can(principal, rights[steer], scope) && whyNotSteer(rollout, steer) === undefined,
  );
}
