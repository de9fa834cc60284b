import { lookAtJob } from "@/lib/engine/jobs/look-at-job";
import { coloursOf, turnOf } from "@/lib/engine/steps/rollout/colours";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { JobPolicy, SmokeTest } from "@/lib/pipeline/policy/verification";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { previewAddress } from "@/lib/pipeline/rollout/preview-address";
import { expectedFor } from "@/lib/pipeline/verification/expected-for";
import { jobChecks, plannedJobFacts } from "@/lib/pipeline/verification/job-checks";
import { answerProblem } from "@/lib/pipeline/verification/judge-check";
import { intendJob } from "@/lib/pipeline/verification/judge-job";
import { placeOf } from "@/lib/pipeline/verification/metric-checks";
import { ExternalError } from "@/lib/ports/external-error";

/** So many wrong rounds in a row are a failure: a pod may just have come up behind the preview. */
const wrongMax = 3;
/** How often a job before the switch is asked how it stands, in milliseconds. */
const jobLookMs = 2_000;

/** Lets the preview Service select the new colour, and asks it what the policy asks, before anybody else can. */
export async function smokePreview(context: StepContext): Promise<StepFinding> {
  const { state, planned, rollout, step, target, signal } = context;
  const { strategy } = planned;
  const turn = turnOf(rollout.steps);
  if (strategy.kind !== "blueGreen" || !turn) return refused("nobody said which colour is made ready");
  const { previewService, smoke, jobs = [] } = strategy;
  if (state.plan.kind === "rollback") return { kind: "skipped", words: "it was verified here before" };
  if (previewService === undefined) {
    return { kind: "skipped", words: "there is no preview Service: it is tried by the traffic alone" };
  }
  await coloursOf(target, planned.target.connection).preview(planned.target, previewService, turn.to, signal);
  await context.looked();
  if (smoke.length === 0 && jobs.length === 0) {
    return { kind: "skipped", words: `${previewService} selects ${turn.to}; the policy has no smoke test for it` };
  }
  // What answered as it should is not asked again while its jobs go on.
  const asked = step.facts.answered === "right" ? undefined : await askAll(context, smoke, previewService);
  if (asked && asked.kind !== "done") return asked;
  if (jobs.length === 0) return asked ?? { kind: "done", words: `${previewService} answered as it should` };
  return runJobs(context, jobs, previewService);
}

async function askAll(
  { engine, state, planned, step, signal }: StepContext,
  smoke: readonly SmokeTest[],
  previewService: string,
): Promise<StepFinding> {
  const answers = await Promise.all(
    smoke.map((test) =>
      ask(engine, expectedFor(test, planned.to), previewAddress(state.plan, planned, test.url), signal),
    ),
  );
  const silent = answers.find((one) => one.kind === "silent");
  if (silent) return { kind: "progressing", words: silent.words, unknown: true };
  const wrong = answers.filter((one) => one.kind === "wrong");
  if (wrong.length === 0) {
    const tests = smoke.length === 1 ? "the smoke test" : `${smoke.length} smoke tests`;
    return { kind: "done", words: `${previewService} answered ${tests} as it should` };
  }
  const rounds = Number(step.facts.wrongRounds ?? 0) + 1;
  const words = wrong.map((one) => one.words).join("; ");
  if (rounds < wrongMax) return { kind: "progressing", words, facts: { wrongRounds: String(rounds) } };
  const evidence = answers.map((one) => ({ name: one.url, value: one.words }));
  return { kind: "trouble", touched: true, trouble: { kind: "failed", reason: words, evidence } };
}

/** The order to this step was the jobs' intent: from there their time runs. */
async function runJobs(
  { engine, state, planned, step }: StepContext,
  jobs: readonly JobPolicy[],
  previewService: string,
): Promise<StepFinding> {
  const since = step.requestedAt ?? engine.now();
  const facts = { ...plannedJobFacts(state.plan, planned), promotion: state.id };
  const cluster = planned.target.connection;
  const before = step.checks ?? jobChecks(`${planned.service}:${step.step.id}`, facts, jobs, since);
  const checks = await Promise.all(
    before.map(async (check) => {
      const job = jobs[placeOf(check)];
      return job ? lookAtJob(engine, { job, facts, attempt: step.attempt, cluster }, intendJob(check, since)) : check;
    }),
  );
  const bad = checks.find((one) => one.status === "failed") ?? checks.find((one) => one.job?.isOver && !isGood(one));
  if (bad) {
    const evidence = checks.map((one) => ({ name: one.title, value: `${one.status}: ${one.found}` }));
    const kind = bad.status === "failed" ? ("failed" as const) : ("errored" as const);
    return {
      kind: "trouble",
      touched: true,
      trouble: { kind, reason: `${bad.title}: ${bad.found}`, evidence },
      checks,
    };
  }
  const told = { answered: "right" };
  const open = checks.find((one) => !isGood(one));
  if (!open) {
    const words = `${previewService} answered as it should, and its ${checks.length === 1 ? "job" : "jobs"} succeeded`;
    return { kind: "done", words, facts: told, checks };
  }
  const unknown = open.status === "unknown";
  return {
    kind: "progressing",
    words: `${open.title}: ${open.found}`,
    facts: told,
    checks,
    againMs: jobLookMs,
    unknown,
  };
}

function isGood({ status }: CheckState): boolean {
  return status === "passed";
}

interface Asked {
  kind: "right" | "wrong" | "silent";
  url: string;
  words: string;
}

async function ask(engine: StepContext["engine"], test: SmokeTest, url: string, signal: AbortSignal): Promise<Asked> {
  try {
    const answer = await engine.world.probe.get(url, signal);
    const problem = answerProblem(test, answer, engine.now());
    return problem === undefined
      ? { kind: "right", url, words: `answered ${answer.status}` }
      : { kind: "wrong", url, words: `${url} ${problem}` };
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { kind: "silent", url, words: error.message };
  }
}
