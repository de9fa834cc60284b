import { createHash } from "node:crypto";
import type { Engine } from "@/lib/engine/engine";
import { failpoint } from "@/lib/engine/failpoint";
import { keepJobLog } from "@/lib/engine/jobs/job-logs";
import type { JobFacts } from "@/lib/pipeline/policy/fill-job";
import type { JobPolicy } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { type JobSighting, moveJob } from "@/lib/pipeline/verification/judge-job";
import { ExternalError } from "@/lib/ports/external-error";
import type { JobOrder, JobRunner } from "@/lib/ports/job-runner";

/** One job of a smoke test, and who asks for it. */
export interface JobSubject {
  job: JobPolicy;
  /** `promotion` is whoever asks: a promotion, or a verification that is made again. */
  facts: JobFacts;
  /** From 1: the same again is the same job. */
  attempt: number;
  /** The connection of the target, whose cluster runs a Kubernetes Job. */
  cluster: string;
}

/**
 * Starts a job, or looks at the one that was started, and says how its check stands after that. Its intent must have been
 * written down before. What it printed is kept once it is over. Nobody who answers is unknown, and nothing is thrown for it.
 */
export async function lookAtJob(engine: Engine, subject: JobSubject, check: CheckState): Promise<CheckState> {
  if (check.job?.isOver) return check;
  const sighting = await sightingOf(engine, subject, check);
  const moved = moveJob(check, subject.job, sighting, engine.now());
  if (!("log" in sighting) || sighting.log?.kind !== "text") return moved;
  const { project, promotion } = subject.facts;
  const log = await keepJobLog(engine, { project, subject: promotion }, moved, sighting.log);
  return { ...moved, job: { askedAt: engine.now(), ...moved.job, log } };
}

async function sightingOf(engine: Engine, subject: JobSubject, check: CheckState): Promise<JobSighting> {
  const signal = AbortSignal.timeout(engine.callMs);
  const { job, facts, attempt } = subject;
  try {
    const runner = await runnerOf(engine, subject);
    const handle = check.job?.handle;
    if (handle) return await runner.look(job, handle, signal);
    await failpoint("job:intended");
    const order: JobOrder = { key: keyOf(facts.promotion, check.id, attempt), facts };
    const started = await runner.start(job, order, signal);
    await failpoint("job:started");
    return started;
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { kind: "silent", words: error.message };
  }
}

/** Who runs this kind of job. Throws ExternalError where nobody does. */
async function runnerOf({ world }: Engine, { job, facts, cluster }: JobSubject): Promise<JobRunner<JobPolicy>> {
  // Each is asked for the jobs of its own kind alone.
  if (job.kind === "http") return (await world.httpJobs(facts.project, job)) as JobRunner<JobPolicy>;
  const { jobs } = await world.target(facts.project, cluster);
  if (jobs) return jobs as JobRunner<JobPolicy>;
  const message = "this kind of target runs no jobs";
  throw new ExternalError({ system: `connection ${cluster}`, code: "misconfigured", message, retryable: false });
}

/** The same for the same job of the same promotion, whichever process asks. */
function keyOf(promotion: string, check: string, attempt: number): string {
  return createHash("sha256")
    .update(JSON.stringify([promotion, check, attempt]))
    .digest("hex");
}
