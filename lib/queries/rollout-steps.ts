import { type Queryable, sql } from "@/lib/db/sql";
import type { CheckState, PromotionState } from "@/lib/pipeline/promotion/state";
import { type StepKind, type StepState, weightOf } from "@/lib/pipeline/rollout/step";
import { shownCheck } from "@/lib/queries/shown-check";

/** One step of a rollout as its page shows it. Times are ISO 8601, UTC. */
export interface RolloutStepLine {
  id: string;
  kind: StepKind;
  /** The share of the requests that it is about, in percent; null where it is about none. */
  weight: number | null;
  status: StepState["status"];
  requestedAt: string | null;
  /** Since when it stands as it does. */
  since: string | null;
  deadlineAt: string | null;
  words: string;
  /** The jobs that it runs, as they stood when that changed last. */
  jobs: CheckState[];
  /** What it usually took here, in milliseconds: the median of its last runs; null where there was none. */
  usualMs: number | null;
}

/** A service whose rollout goes in several steps. */
export interface SteppedRollout {
  service: string;
  steps: RolloutStepLine[];
}

const runsMax = 20;

/** What a step of a service usually took, in milliseconds; null where it never ended well yet. */
export type UsualSpans = (service: string, step: string) => number | null;

/** The steps of a promotion's rollouts, each beside what it usually takes there; none for strategies without steps. */
export async function loadRolloutSteps(db: Queryable, state: PromotionState): Promise<SteppedRollout[]> {
  return steppedRollouts(state, await loadUsualSpans(db, state));
}

/** The median of what each step of a promotion's rollouts took in the last runs there. */
export async function loadUsualSpans(db: Queryable, state: PromotionState): Promise<UsualSpans> {
  const services = steppedOf(state).map((one) => one.service);
  if (services.length === 0) return () => null;
  const usual = await db.query<{ service: string; step: string; ms: number }>(
    sql`select s.service, s.step, percentile_cont(0.5) within group (order by s.ms) as ms
          from unnest(${services}::text[]) as w (service)
          cross join lateral (
            select p.state from promotion p
             where p.project = ${state.project} and p.environment = ${state.plan.environment} and p.ended_at is not null
               and w.service = any(p.services) and p.id <> ${state.id}
             order by p.ended_at desc limit ${runsMax}) p
          cross join lateral (
            select r ->> 'service' as service, t -> 'step' ->> 'id' as step,
                   extract(epoch from (t ->> 'since')::timestamptz - (t ->> 'requestedAt')::timestamptz)::float8 * 1000 as ms
              from jsonb_array_elements(coalesce(p.state -> 'rollouts', '[]')) r,
                   jsonb_array_elements(coalesce(r -> 'steps', '[]')) t
             where r ->> 'service' = w.service and t ->> 'status' = 'done') s
         group by s.service, s.step`,
  );
  return (service, step) => usual.find((one) => one.service === service && one.step === step)?.ms ?? null;
}

/** The steps of the rollouts in a state, as a page shows them. */
export function steppedRollouts(state: PromotionState, usualOf: UsualSpans): SteppedRollout[] {
  return steppedOf(state).map(({ service, steps = [] }) => ({
    service,
    steps: steps.map(({ step, status, requestedAt, since, deadlineAt, words, facts, checks = [] }) => ({
      ...{ id: step.id, kind: step.kind, weight: weightOf(step), status, requestedAt, since, words },
      // While a person is waited for, its time does not run out.
      deadlineAt: facts.waits === "yes" ? null : deadlineAt,
      jobs: checks.filter((check) => check.kind === "job").map(shownCheck),
      usualMs: usualOf(service, step.id),
    })),
  }));
}

function steppedOf(state: PromotionState) {
  return "rollouts" in state ? state.rollouts.filter((one) => one.steps !== undefined) : [];
}
