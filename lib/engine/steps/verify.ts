import { lookAtMetrics, type MetricSubject } from "@/lib/engine/analysis/look-at-metrics";
import { podReadings } from "@/lib/engine/analysis/pod-readings";
import type { Engine } from "@/lib/engine/engine";
import { expectedDigest } from "@/lib/engine/expected-digest";
import { failpoint } from "@/lib/engine/failpoint";
import { settleWithEvidence } from "@/lib/engine/failure/settle-with-evidence";
import { lookAtJob } from "@/lib/engine/jobs/look-at-job";
import { type LeasedStep, recordIntent, settle } from "@/lib/engine/lease";
import { plannedOf, targetOf } from "@/lib/engine/steps/write-target";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import type { SmokeTest } from "@/lib/pipeline/policy/verification";
import type { CheckState, PromotionState } from "@/lib/pipeline/promotion/state";
import { judgeObservation } from "@/lib/pipeline/rollout/judge-observation";
import { expectedFor } from "@/lib/pipeline/verification/expected-for";
import { plannedJobFacts } from "@/lib/pipeline/verification/job-checks";
import { judgeCheck, type Look } from "@/lib/pipeline/verification/judge-check";
import { judgeDigest } from "@/lib/pipeline/verification/judge-digest";
import { placeOf } from "@/lib/pipeline/verification/metric-checks";
import { checkAddress } from "@/lib/pipeline/verification/start";
import type { TargetObservation } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

type Verifying = PromotionState & { phase: "verifying" };

/** Makes every check of a verification once, all at the same time, and records where they stand. */
export async function runVerify(engine: Engine, step: LeasedStep): Promise<void> {
  await failpoint("verify:taken");
  const found = await loadPromotion(engine.pool, step.project, step.promotion);
  const state = found && (await withJobsIntended(engine, step, found));
  if (state?.phase !== "verifying" || state.passedAt) {
    await settle(engine, step, () => undefined);
    return;
  }
  const { checks, evidence } = await lookAtAll(engine, state);
  await failpoint("verify:looked");
  const looked = { kind: "checked" as const, checks, ...(evidence.length > 0 ? { evidence } : {}) };
  await settleWithEvidence(engine, step, state, looked);
  await failpoint("verify:settled");
}

/** Before a job is started it stands in the ledger that it will be. */
async function withJobsIntended(
  engine: Engine,
  step: LeasedStep,
  state: PromotionState,
): Promise<PromotionState | undefined> {
  const isDue = (one: PromotionState) =>
    one.phase === "verifying" && !one.passedAt && one.checks.some(({ kind, job }) => kind === "job" && !job);
  if (!isDue(state)) return state;
  const told = await recordIntent(engine, step, (current) => (isDue(current) ? { kind: "intendJobs" } : undefined));
  return "phase" in told ? told : undefined;
}

/** Of each service the target is looked at once, whoever needs to know. */
async function lookAtAll(engine: Engine, state: Verifying) {
  const observed = new Map<string, Promise<TargetObservation>>();
  const observe = (service: string) => {
    const under = observed.get(service) ?? observeTarget(engine, state, service);
    observed.set(service, under);
    return under;
  };
  const measured = new Set<CheckState["kind"]>(["metric", "trigger"]);
  const [looked, numbers] = await Promise.all([
    Promise.all(state.checks.map((check) => (measured.has(check.kind) ? check : look(engine, state, check, observe)))),
    lookAtMetrics(engine, { project: state.project, promotion: state.id }, subjectsOf(state, observe)),
  ]);
  const moved = new Map(numbers.checks.map((check) => [check.id, check]));
  return { checks: looked.map((check) => moved.get(check.id) ?? check), evidence: numbers.evidence };
}

type Observe = (service: string) => Promise<TargetObservation>;

async function observeTarget(engine: Engine, state: Verifying, service: string): Promise<TargetObservation> {
  const planned = plannedOf(state, service);
  const target = await targetOf(engine, state, planned);
  return target.observe(planned.target, AbortSignal.timeout(engine.callMs));
}

/** What is measured after a rollout: since its pods were seen running, against the time before it was asked for. */
function subjectsOf(state: Verifying, observe: Observe): MetricSubject[] {
  return state.plan.services.flatMap((planned): MetricSubject[] => {
    const checks = state.checks.filter(
      (check) => check.service === planned.service && (check.kind === "metric" || check.kind === "trigger"),
    );
    if (checks.length === 0) return [];
    const { service, target } = planned;
    const { project, environment } = state.plan;
    const rollout = state.rollouts.find((one) => one.service === service);
    return [
      {
        service,
        facts: {
          ...{ project, service, environment, namespace: target.namespace },
          ...{ workload: target.workload.name, container: target.container },
        },
        demands: state.plan.verification,
        checks,
        moments: { since: state.since, before: rollout?.phase === "observed" ? rollout.requestedAt : state.since },
        pods: async () => podReadings(await observe(service)),
      },
    ];
  });
}

function look(engine: Engine, state: Verifying, check: CheckState, observe: Observe): Promise<CheckState> {
  if (check.kind === "digest") return lookAtDigest(engine, state, check, observe);
  return check.kind === "job" ? lookAtOneJob(engine, state, check) : lookAtEndpoint(engine, state, check);
}

function lookAtOneJob(engine: Engine, { id, plan }: Verifying, check: CheckState): Promise<CheckState> {
  const planned = plan.services.find((one) => one.service === check.service);
  const job = plan.verification.jobs?.[placeOf(check)];
  if (!planned || !job) return Promise.resolve({ ...check, status: "unknown", found: "the plan has no such job" });
  const facts = { ...plannedJobFacts(plan, planned), promotion: id };
  const cluster = planned.target.connection;
  return lookAtJob(engine, { job, facts, attempt: 1, cluster }, check);
}

async function lookAtDigest(
  engine: Engine,
  state: Verifying,
  check: CheckState,
  observe: Observe,
): Promise<CheckState> {
  const planned = plannedOf(state, check.service);
  const rollout = state.rollouts.find((one) => one.service === check.service);
  const forMs = rollout?.phase === "observed" ? Date.parse(engine.now()) - Date.parse(rollout.acceptedAt) : 0;
  const told = { generation: rollout?.phase === "observed" ? rollout.generation : -1, forMs };
  try {
    const seen = await observe(check.service);
    const expected = await expectedDigest(engine, state.project, planned, planned.to.digest);
    return judgeDigest(check, judgeObservation(seen, expected, told), engine.now());
  } catch (error) {
    return judgeDigest(check, silence(error), engine.now());
  }
}

async function lookAtEndpoint(engine: Engine, state: Verifying, check: CheckState): Promise<CheckState> {
  const planned = plannedOf(state, check.service);
  const template = expectedOf(state, check);
  if (!template) return { ...check, status: "unknown", found: "the plan has no such check" };
  const expected = expectedFor(template, planned.to);
  const url = checkAddress(state.plan, planned, expected.url);
  let found: Look;
  try {
    const answer = await engine.world.probe.get(url, AbortSignal.timeout(engine.callMs));
    found = { kind: "answered", ...answer };
  } catch (error) {
    found = silence(error);
  }
  return judgeCheck(check, expected, found, engine.now());
}

/** `backend:health:1` is the second health check of the plan, made for the service backend. */
function expectedOf(state: Verifying, check: CheckState): SmokeTest | undefined {
  const index = Number(check.id.split(":").at(-1));
  return check.kind === "health" ? state.plan.verification.health[index] : state.plan.verification.smoke[index];
}

function silence(error: unknown): Look & { kind: "silent" } {
  if (!(error instanceof ExternalError)) throw error;
  return { kind: "silent", message: error.message };
}
