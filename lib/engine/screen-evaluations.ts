import { isDeepStrictEqual } from "node:util";
import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { collectEvidence } from "@/lib/engine/evidence/collect-evidence";
import { requestOf } from "@/lib/engine/evidence/question";
import type { LeasedStep } from "@/lib/engine/lease";
import { type HeldEvaluation, putOffEvaluations } from "@/lib/engine/take-due-evaluations";
import { judge } from "@/lib/facts/assess";
import { type Asked, signedOf } from "@/lib/facts/evidence/asked";
import { loadPlans, subjectOf } from "@/lib/facts/plan-inputs";
import { loadProject } from "@/lib/facts/project";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { decide } from "@/lib/pipeline/promotion/decide";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

type Look = { step: HeldEvaluation; state: PromotionState; plan: Plan; planHash: string };

/**
 * Looks at many waiting promotions at once, outside any transaction: those whose answer is the one that is recorded are
 * put off to their next look. Answers those for which something changed, or could not be told from here; each of them is
 * evaluated for itself, inside its project's transaction, and only that evaluation counts.
 */
export async function screenEvaluations(engine: Engine, steps: readonly HeldEvaluation[]): Promise<LeasedStep[]> {
  const states = await loadStates(engine, steps);
  const waiting = steps.flatMap((step) => {
    const state = states.get(step.promotion);
    return state?.phase === "waiting" ? [{ step, state }] : [];
  });
  const plans = await loadPlans(
    engine.pool,
    waiting.map(({ state }) => subjectOf(state.plan)),
  );
  const looks = waiting.flatMap(({ step, state }, index): Look[] => {
    const plan = plans[index];
    if (!plan || plan.kind === "noPlan") return [];
    const planHash = isDeepStrictEqual(plan, state.plan) ? state.planHash : hashPlan(plan);
    return [{ step, state, plan, planHash }];
  });
  const same = looks.filter(({ state, planHash }) => planHash === state.planHash);
  await askOutside(engine, same);
  const unchanged = await findUnchanged(engine, same);
  await putOffEvaluations(engine, unchanged);
  const done = new Set(unchanged.map(({ step }) => step.id));
  return steps.filter((step) => !done.has(step.id));
}

async function loadStates(engine: Engine, steps: readonly LeasedStep[]): Promise<Map<string, PromotionState>> {
  const ids = steps.map((step) => step.promotion);
  const rows = await engine.pool.query<{ id: string; state: PromotionState }>(
    sql`select id, state from promotion where id = any(${ids})`,
  );
  return new Map(rows.map(({ id, state }) => [id, state]));
}

async function askOutside(engine: Engine, looks: readonly Look[]): Promise<void> {
  const projects = new Map<string, Awaited<ReturnType<typeof loadProject>>>();
  for (const { state } of looks) {
    if (!projects.has(state.project)) projects.set(state.project, await loadProject(engine.pool, state.project));
  }
  const subjects = looks.flatMap(({ state, plan, planHash }) => {
    const project = projects.get(state.project);
    return project ? [{ plan, planHash, promotion: state.id, request: requestOf(state), project }] : [];
  });
  await collectEvidence(engine, subjects);
}

/** Those whose evaluation would record nothing, with the moment of the next one. */
async function findUnchanged(engine: Engine, looks: readonly Look[]) {
  const now = engine.now();
  const asked = looks.map(({ state, plan, planHash }): Asked => {
    return { plan, planHash, promotion: state.id, signed: signedOf(state) };
  });
  const verdicts = await judge(engine.pool, asked, now);
  return looks.flatMap(({ step, state, plan, planHash }, index) => {
    const input = { kind: "evaluated" as const, plan, planHash, changes: [], verdicts: verdicts[index] ?? [] };
    const decided = decide(state, { ...input, slotFree: false }, now);
    if (decided.kind === "rejection" || decided.entries.length > 0) return [];
    const [next] = decided.effects;
    return next?.kind === "evaluate" ? [{ step, nextAt: next.dueAt }] : [];
  });
}
