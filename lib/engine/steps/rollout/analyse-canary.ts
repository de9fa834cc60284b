import { lookAtMetrics, type MetricSubject } from "@/lib/engine/analysis/look-at-metrics";
import { podReadings } from "@/lib/engine/analysis/pod-readings";
import { type CanaryGround, canaryGround, foreignPair, orSilence } from "@/lib/engine/steps/rollout/canary-ground";
import { keepCanarySeen } from "@/lib/engine/steps/rollout/keep-canary-seen";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { judgeAnalysis } from "@/lib/pipeline/rollout/judge-analysis";
import { metricChecks, placeOf } from "@/lib/pipeline/verification/metric-checks";
import type { CanaryStanding } from "@/lib/ports/canary-target";
import type { TargetObservation } from "@/lib/ports/deploy-target";
import type { ExternalError } from "@/lib/ports/external-error";

/**
 * One interval of a share: the pair is as this rollout left it, its metrics and triggers are looked at, and what they say
 * together decides. Only an explicit pass ends it well.
 */
export async function analyseCanary(context: StepContext): Promise<StepFinding> {
  const { engine, state, planned, rollout, step, target, signal } = context;
  if (step.step.kind !== "analyse") return refused("this step analyses nothing");
  const ground = canaryGround(target, planned);
  const { weight } = step.step;
  const [looked, observed] = await Promise.all([
    orSilence(ground.canary.look(planned.target, ground.route, signal)),
    orSilence(ground.canary.observeCanary(planned.target, signal)),
  ]);
  const standing = "value" in looked ? looked.value : undefined;
  await keepCanarySeen(context, standing, "value" in observed ? observed.value : undefined);
  const foreign = standing && foreignPair(context, standing, ground.route.kind === "replicas" ? undefined : weight);
  if (foreign !== undefined) return refused(foreign);
  const subject = subjectOf(context, ground, standing, observed);
  await context.looked();
  const where = { project: state.project, promotion: state.id };
  const { checks, evidence } = await lookAtMetrics(engine, where, [subject]);
  const elapsedMs = Date.parse(engine.now()) - Date.parse(step.requestedAt ?? engine.now());
  const judged = judgeAnalysis(checks, step.step, elapsedMs);
  const everyMs = ground.strategy.analysis.everyMs;
  switch (judged.kind) {
    case "failed": {
      const found = checks.map((one) => ({ name: one.title, value: `${one.status}: ${one.found}` }));
      const trouble = { kind: "failed" as const, reason: judged.words, evidence: [...found, ...evidence] };
      return { kind: "trouble", touched: true, trouble, checks };
    }
    case "watching":
      return {
        kind: "progressing",
        words: judged.words,
        checks,
        facts: { standing: "watching" },
        againMs: Math.min(everyMs, judged.leftMs),
      };
    case "passed":
      if (!rollout.paused) return { kind: "done", words: judged.words, checks, facts: { standing: "passed" } };
      return {
        kind: "progressing",
        words: judged.words,
        checks,
        facts: { standing: "passed", waits: "yes" },
        againMs: everyMs,
        waits: true,
      };
    case "inconclusive": {
      const waits = leftToAPerson(context, ground, checks);
      const until = waits ? "a person decides" : `goes back at ${clockUtc(step.deadlineAt)}`;
      return {
        kind: "progressing",
        words: `${judged.words}; ${until}`,
        checks,
        facts: { standing: "inconclusive", until: waits ? "person" : "deadline", waits: waits ? "yes" : "" },
        againMs: everyMs,
        unknown: judged.isUnknown,
        waits,
      };
    }
    default:
      return judged satisfies never;
  }
}

function subjectOf(
  { engine, state, planned, rollout, step }: StepContext,
  { strategy }: CanaryGround,
  standing: CanaryStanding | undefined,
  observed: { value: TargetObservation } | { silence: ExternalError },
): MetricSubject {
  const { service, target } = planned;
  const demands = { metrics: strategy.analysis.metrics, rollBackWhen: strategy.rollBackWhen };
  const hashes = {
    ...(standing?.canary.podHash === undefined ? {} : { canaryHash: standing.canary.podHash }),
    ...(standing?.stable.podHash === undefined ? {} : { stableHash: standing.stable.podHash }),
  };
  return {
    service,
    facts: {
      project: state.project,
      service,
      environment: state.plan.environment,
      namespace: target.namespace,
      workload: `${target.workload.name}-canary`,
      container: target.container,
      ...hashes,
    },
    demands,
    checks: step.checks ?? metricChecks(`${service}:${step.step.id}`, service, demands, engine.now()),
    checksBefore: rollout.steps.flatMap((one) => (one.step.id === step.step.id ? [] : (one.checks ?? []))),
    moments: { since: step.requestedAt ?? engine.now(), before: rollout.requestedAt },
    async pods() {
      if ("silence" in observed) throw observed.silence;
      return podReadings(observed.value);
    },
  };
}

/** True where everything that could not be judged is to be left to a person, as the metrics say. */
function leftToAPerson({ step }: StepContext, { strategy }: CanaryGround, checks: readonly CheckState[]): boolean {
  if (step.step.kind !== "analyse") return false;
  const unknown = checks.filter((one) => one.status === "unknown" && !one.dryRun);
  return (
    unknown.length > 0 &&
    unknown.every((one) => one.kind === "metric" && strategy.analysis.metrics[placeOf(one)]?.onInconclusive === "hold")
  );
}

/** `16:03:32 UTC`: the day is the entry's own, and pages count down beside it. */
function clockUtc(at: string | null): string {
  return at === null ? "its deadline" : `${at.slice(11, 19)} UTC`;
}
