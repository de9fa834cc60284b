import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import { fillJobAddress, type JobFacts } from "@/lib/pipeline/policy/fill-job";
import { cronJobName } from "@/lib/pipeline/policy/kubernetes-job";
import type { JobPolicy } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";

/** What a job of one service of a plan is filled in with; `promotion` is known once it was asked for. */
export function plannedJobFacts(
  plan: Plan,
  { service, target, to, strategy }: PlannedService,
): Omit<JobFacts, "promotion"> {
  const previewService = strategy.kind === "blueGreen" ? strategy.previewService : undefined;
  return {
    ...{ project: plan.project, environment: plan.environment, service },
    ...{ namespace: target.namespace, workload: target.workload.name },
    ...{ digest: to.digest, version: to.version },
    ...(previewService === undefined ? {} : { previewService }),
  };
}

/** A job in a few words, as the title of its check: `job /runs of tests`. */
export function jobTitle(job: JobPolicy, facts: Partial<JobFacts>): string {
  if (job.kind === "kubernetes") return `job of CronJob ${cronJobName(job, facts)}`;
  const start = fillJobAddress(job.start, facts);
  return job.connection === undefined ? `job ${start}` : `job ${start} of ${job.connection}`;
}

/** The checks of jobs before any was started: `<prefix>:job:0` …, in the order of the list. */
export function jobChecks(
  prefix: string,
  facts: Omit<JobFacts, "promotion">,
  jobs: readonly JobPolicy[] | undefined,
  now: string,
): CheckState[] {
  return (jobs ?? []).map((job, index) => ({
    ...{ id: `${prefix}:job:${index}`, kind: "job", service: facts.service, title: jobTitle(job, facts) },
    ...{ status: "waiting", since: now, failures: 0, found: "not started yet" },
  }));
}

/** The longest time that one of the jobs may take; 0 where there are none. */
export function longestJobMs(jobs: readonly JobPolicy[] | undefined): number {
  return Math.max(0, ...(jobs ?? []).map((job) => job.timeoutMs));
}
