import { type Queryable, sql } from "@/lib/db/sql";
import { loadOutside } from "@/lib/facts/evidence/outside";
import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import type { CanaryStrategy } from "@/lib/pipeline/policy/canary";
import { canaryRoute } from "@/lib/pipeline/rollout/canary-route";
import { whyNoCanary } from "@/lib/pipeline/rollout/canary-steps";

export const canaryGroundKind = "canaryGround";

/** What a look at the place of a canary found. */
export interface CanaryGroundAnswer {
  /** What is missing or not as it must be, in words; null where a canary is possible. */
  problem: string | null;
  /** Why the share that the canary has before it begins is not none; null where it is none. */
  shared: string | null;
}

/** How the place of a service's canary was found when somebody looked last. */
export interface CanaryGround {
  service: string;
  /** `unknown`: nobody has looked lately, or the cluster did not say. */
  standing: "possible" | "impossible" | "unknown";
  /** Why it is not possible, or not known. */
  why: string | null;
  /** ISO 8601, UTC; null before anybody looked. */
  seenAt: string | null;
}

/** The services of a plan that get a canary, each with its strategy. */
export function canariesOf(plan: Plan): { planned: PlannedService; strategy: CanaryStrategy }[] {
  return plan.services.flatMap((planned) =>
    planned.strategy.kind === "canary" && whyNoCanary(plan, planned) === undefined
      ? [{ planned, strategy: planned.strategy }]
      : [],
  );
}

/** Names the place of a canary: the same for every release that is brought there. */
export function groundKey({ target }: PlannedService, { route }: CanaryStrategy): string {
  return JSON.stringify([target, canaryRoute(route, target)]);
}

/** An answer older than this says nothing about now, in milliseconds. */
const countsForMs = 30_000;

/** Whether each canary of a plan is possible, as it was seen last. A share that a rollout under way gives is no problem. */
export async function loadCanaryGrounds(db: Queryable, plan: Plan, now: string): Promise<CanaryGround[]> {
  const canaries = canariesOf(plan);
  if (canaries.length === 0) return [];
  const keys = canaries.map(({ planned, strategy }) => groundKey(planned, strategy));
  const answers = await loadOutside(db, canaryGroundKind, [plan.project], keys);
  const seenAt = canaries.map((_, index) => answers.get(`${plan.project} ${keys[index]}`)?.observedAt ?? null);
  const busy = await loadBusy(
    db,
    plan,
    canaries.map(({ planned }, index) => [planned.service, seenAt[index] ?? null]),
  );
  return canaries.map(({ planned: { service } }, index): CanaryGround => {
    const answer = answers.get(`${plan.project} ${keys[index]}`);
    const base = { service, seenAt: seenAt[index] ?? null };
    if (answer === undefined) return { ...base, standing: "unknown", why: null };
    if (answer.trouble !== undefined) return { ...base, standing: "unknown", why: answer.trouble };
    if (Date.parse(now) - Date.parse(answer.observedAt) > countsForMs)
      return { ...base, standing: "unknown", why: null };
    const { problem, shared } = answer.value as CanaryGroundAnswer;
    const why = problem ?? (busy.has(service) ? null : shared);
    return { ...base, standing: why === null ? "possible" : "impossible", why };
  });
}

/** The services that a rollout has changed since they were looked at, or changes now: its share is its own. */
async function loadBusy(
  db: Queryable,
  { project, environment }: Plan,
  places: readonly (readonly [string, string | null])[],
): Promise<Set<string>> {
  const rows = await db.query<{ service: string }>(
    sql`select w.service from unnest(${places.map(([service]) => service)}::text[],
                                     ${places.map(([, at]) => at ?? "infinity")}::timestamptz[]) as w (service, at)
         where exists (select from promotion p
                where p.project = ${project} and p.environment = ${environment} and w.service = any(p.services)
                  and case when p.ended_at is null then p.phase not in ('waiting', 'queued') else p.ended_at >= w.at end)`,
  );
  return new Set(rows.map((row) => row.service));
}
