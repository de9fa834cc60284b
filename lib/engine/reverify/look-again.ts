import { lookAtMetrics } from "@/lib/engine/analysis/look-at-metrics";
import { podReadings } from "@/lib/engine/analysis/pod-readings";
import type { Engine } from "@/lib/engine/engine";
import { expectedDigest } from "@/lib/engine/expected-digest";
import { lookAtJob } from "@/lib/engine/jobs/look-at-job";
import type { DueReverification } from "@/lib/engine/reverify/due-reverification";
import type { TargetRefPlan } from "@/lib/pipeline/plan/target-plan";
import type { VerificationPolicy } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { judgeObservation } from "@/lib/pipeline/rollout/judge-observation";
import { type CheckAgain, demandsAgain, inapplicable, isOpenAgain } from "@/lib/pipeline/verification/again";
import { judgeCheck, type Look } from "@/lib/pipeline/verification/judge-check";
import { judgeDigest } from "@/lib/pipeline/verification/judge-digest";
import type { TargetObservation } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

/** Where something is verified again, and by what policy. */
export interface Place {
  target: TargetRefPlan;
  connection: string;
  repository: string;
  verification: VerificationPolicy;
  /** What the digest is called; the digest itself where it has no other name. */
  version: string;
  /** Since when it should run there, ISO 8601. */
  since: string;
}

/** Looks once at every check that is still open, all at the same time; evidence is of numbers that are not good. */
export async function lookAgain(
  engine: Engine,
  taken: DueReverification,
  place: Place,
  checks: readonly CheckAgain[],
): Promise<{ checks: CheckAgain[]; evidence: { name: string; value: string }[] }> {
  let observed: Promise<TargetObservation> | undefined;
  const observe = () => {
    observed ??= observeTarget(engine, taken, place);
    return observed;
  };
  const [numbers, looked] = await Promise.all([
    measure(engine, taken, place, checks, observe),
    Promise.all(checks.map((check) => lookAtOne(engine, taken, place, check, observe))),
  ]);
  const moved = new Map(numbers.checks.map((state) => [state.id, state]));
  return {
    checks: looked.map((check) => ({ ...check, state: moved.get(check.state.id) ?? check.state })),
    evidence: numbers.evidence,
  };
}

type Observe = () => Promise<TargetObservation>;

async function observeTarget(engine: Engine, { project }: DueReverification, { target: ref }: Place) {
  const target = await engine.world.target(project, ref.connection);
  return target.observe(ref, AbortSignal.timeout(engine.callMs));
}

/** What does not apply keeps its words; it is asked for all the same, for a trigger may need its number. */
async function measure(
  engine: Engine,
  taken: DueReverification,
  { target, verification, since }: Place,
  checks: readonly CheckAgain[],
  observe: Observe,
): Promise<{ checks: CheckState[]; evidence: { name: string; value: string }[] }> {
  const measured = checks.filter((check) => check.kind === "measured").map((check) => check.state);
  if (!measured.some((state) => !state.dryRun && isOpenAgain(state))) return { checks: [], evidence: [] };
  const { project, environment, service, id } = taken;
  const subject = {
    service,
    facts: {
      ...{ project, service, environment, namespace: target.namespace },
      ...{ workload: target.workload.name, container: target.container },
    },
    demands: demandsAgain(verification),
    checks: measured,
    moments: { since, before: since },
    pods: async () => podReadings(await observe()),
  };
  const numbers = await lookAtMetrics(engine, { project, promotion: id, keep: false }, [subject]);
  return { ...numbers, checks: numbers.checks.filter((state) => inapplicable(state, verification) === undefined) };
}

async function lookAtOne(
  engine: Engine,
  taken: DueReverification,
  place: Place,
  check: CheckAgain,
  observe: Observe,
): Promise<CheckAgain> {
  if (!isOpenAgain(check.state)) return check;
  switch (check.kind) {
    case "measured":
      return check;
    case "digest":
      return { ...check, state: await lookAtDigest(engine, taken, place, check.state, observe) };
    case "endpoint":
      return { ...check, state: judgeCheck(check.state, check.expected, await ask(engine, check.url), engine.now()) };
    case "job": {
      const { project, environment, service, digest, id } = taken;
      const { namespace, workload } = place.target;
      const where = { project, environment, service, namespace, workload: workload.name };
      const facts = { ...where, digest, version: place.version, promotion: id };
      const subject = { job: check.job, facts, attempt: 1, cluster: place.target.connection };
      return { ...check, state: await lookAtJob(engine, subject, check.state) };
    }
    default:
      return check satisfies never;
  }
}

async function ask(engine: Engine, url: string): Promise<Look> {
  try {
    const answer = await engine.world.probe.get(url, AbortSignal.timeout(engine.callMs));
    return { kind: "answered", ...answer };
  } catch (error) {
    return silence(error);
  }
}

/** Another digest there is no failure of this one: what runs cannot be told then. */
async function lookAtDigest(
  engine: Engine,
  { project, service, digest }: DueReverification,
  { connection, repository }: Place,
  state: CheckState,
  observe: Observe,
): Promise<CheckState> {
  try {
    const seen = await observe();
    if (seen.exists && seen.specDigest !== digest) {
      return judgeDigest(state, { kind: "silent", message: "its spec names another digest" }, engine.now());
    }
    const expected = await expectedDigest(engine, project, { service, connection, repository }, digest);
    const told = { generation: undefined, forMs: Number.POSITIVE_INFINITY };
    return judgeDigest(state, judgeObservation(seen, expected, told), engine.now());
  } catch (error) {
    return judgeDigest(state, silence(error), engine.now());
  }
}

function silence(error: unknown): Look & { kind: "silent" } {
  if (!(error instanceof ExternalError)) throw error;
  return { kind: "silent", message: error.message };
}
