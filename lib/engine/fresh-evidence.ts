import { json, sql } from "@/lib/db/sql";
import { getEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { askCanaryGrounds } from "@/lib/engine/evidence/canary-grounds";
import { collectEvidence, needsEvidence } from "@/lib/engine/evidence/collect-evidence";
import { loadPlan } from "@/lib/facts/plan-inputs";
import { loadProject } from "@/lib/facts/project";
import { announceChange } from "@/lib/ledger/announce-change";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Plan } from "@/lib/pipeline/plan/plan";

/** So long may somebody who looks at a plan wait for what outside systems say, in milliseconds. */
const lookMs = 2_000;
/** A wish that nobody came to in this time is not worth a call any more. */
const wishMs = 60_000;

/**
 * For somebody who looks at a plan that was not asked for yet: learns what its gates want to know from outside. Where this
 * process is everything it asks here and now, bounded to 2 seconds, and answers whether something may be known by now; in
 * the split deployment it leaves the wish to the worker, whose answer is announced like every change.
 */
export async function freshEvidence(plan: Plan, engine: Engine = getEngine()): Promise<boolean> {
  const project = await loadProject(engine.pool, plan.project);
  if (!project) return false;
  const planHash = hashPlan(plan);
  const subject = { plan, planHash, promotion: null, project };
  if (!needsEvidence([subject])) return false;
  if ((process.env.WAYBILL_ROLE ?? "all") === "all") {
    return await collectEvidence(boundedFor(engine), [subject], lookMs);
  }
  await engine.pool.execute(
    sql`insert into evidence_wanted (project, plan_hash, plan) values (${plan.project}, ${planHash}, ${json(plan)}::jsonb)
        on conflict (project, plan_hash) do update set wanted_at = now()`,
  );
  announceChange(engine.pool, { project: plan.project, kind: "evidence.wanted" });
  return false;
}

/**
 * Looks at the places of the canaries that a release would get, so that a request for it is refused where one is not
 * possible, also without a preview just before. In the split deployment the web process reaches no cluster: there what
 * was seen lately counts, and else the first step looks. The caller has authorized.
 */
export async function lookAtCanaries(
  wanted: { project: string; environment: string; release: string },
  engine: Engine = getEngine(),
): Promise<void> {
  if ((process.env.WAYBILL_ROLE ?? "all") !== "all") return;
  const plan = await loadPlan(engine.pool, { kind: "promote", ...wanted });
  if (plan.kind === "noPlan") return;
  const project = await loadProject(engine.pool, wanted.project);
  if (!project) return;
  const subject = { plan, planHash: hashPlan(plan), promotion: null, project };
  await collectEvidence(boundedFor(engine), [subject], lookMs, [askCanaryGrounds]);
}

function boundedFor(engine: Engine): Engine {
  return { ...engine, callMs: Math.min(engine.callMs, lookMs) };
}

/** Asks for the plans that somebody looks at in a process that cannot; two workers never ask for the same one. */
export async function collectWanted(engine: Engine): Promise<void> {
  const taken = await engine.pool.query<{ plan: Plan; planHash: string; fresh: boolean }>(
    sql`delete from evidence_wanted where (project, plan_hash) in (
               select project, plan_hash from evidence_wanted order by wanted_at for update skip locked limit 20)
         returning plan, plan_hash as "planHash", wanted_at > now() - ${wishMs} * interval '1 millisecond' as fresh`,
  );
  const wanted = taken.filter(({ fresh }) => fresh);
  const subjects = await Promise.all(
    wanted.map(async ({ plan, planHash }) => {
      const project = await loadProject(engine.pool, plan.project);
      return project ? [{ plan, planHash, promotion: null, project }] : [];
    }),
  );
  if (!(await collectEvidence(engine, subjects.flat()))) return;
  const projects = [...new Set(wanted.map(({ plan }) => plan.project))];
  announceChange(
    engine.pool,
    projects.map((project) => ({ project, kind: "evidence.collected" })),
  );
}
