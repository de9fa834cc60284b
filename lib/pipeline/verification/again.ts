import { isRelative } from "@/lib/pipeline/policy/bound";
import { fillAddress } from "@/lib/pipeline/policy/fill-address";
import type { JobFacts } from "@/lib/pipeline/policy/fill-job";
import { needsBaseline } from "@/lib/pipeline/policy/metric";
import type { JobPolicy, SmokeTest, VerificationPolicy } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { type Digest, shortDigest } from "@/lib/pipeline/release/digest";
import { expectedFor } from "@/lib/pipeline/verification/expected-for";
import { jobChecks } from "@/lib/pipeline/verification/job-checks";
import { type MetricDemands, metricChecks, placeOf } from "@/lib/pipeline/verification/metric-checks";

/** One of the checks that are made of what runs; an endpoint with its address, a job with what it runs. */
export type CheckAgain = { state: CheckState } & (
  | { kind: "digest" | "measured" }
  | { kind: "endpoint"; url: string; expected: SmokeTest }
  | { kind: "job"; job: JobPolicy }
);

/**
 * What verifying again came to, or that it is to be looked at once more: soon, or when its jobs have had time to end.
 * `reason` is for the ledger and for people.
 */
export type VerifiedAgain =
  | { kind: "passed" }
  | { kind: "failed" | "errored"; reason: string }
  | { kind: "lookAgain" }
  | { kind: "awaitJobs" };

type Facts = Omit<JobFacts, "promotion" | "digest"> & { digest: Digest };

/** The checks of an environment's policy for what runs there, before any was made: all that a verification makes. */
export function checksAgain(facts: Facts, policy: VerificationPolicy, now: string): CheckAgain[] {
  const { service, digest } = facts;
  const base = { service, status: "waiting" as const, since: now, failures: 0, found: "not looked yet" };
  const endpoint =
    (kind: "health" | "smoke") =>
    (check: SmokeTest, index: number): CheckAgain => {
      const url = fillAddress(check.url, facts);
      const title = `${kind} ${url} answers ${check.status}`;
      // Once is what is asked: how long an answer must hold is for a rollout.
      const { forMs: _held, ...expected } = expectedFor(check, facts);
      return { kind: "endpoint", url, expected, state: { ...base, kind, id: `${service}:${kind}:${index}`, title } };
    };
  const title = `${service} runs ${shortDigest(digest)}`;
  return [
    { kind: "digest", state: { ...base, kind: "digest", id: `${service}:digest`, title } },
    ...policy.health.map(endpoint("health")),
    ...policy.smoke.map(endpoint("smoke")),
    ...jobChecks(service, facts, policy.jobs, now).flatMap((state): CheckAgain[] => {
      const job = policy.jobs?.[placeOf(state)];
      return job ? [{ kind: "job", job, state }] : [];
    }),
    ...metricChecks(service, service, policy, now).map((state): CheckAgain => {
      const words = inapplicable(state, policy);
      return { kind: "measured", state: words === undefined ? state : { ...state, dryRun: true, found: words } };
    }),
  ];
}

/**
 * Why a metric or a trigger says nothing of what runs without a rollout; undefined where it says as much as after one. Such
 * a check is shown with these words, and decides nothing.
 */
export function inapplicable(
  check: CheckState,
  { metrics = [], rollBackWhen = [] }: MetricDemands,
): string | undefined {
  const compares = "it compares with the time before a rollout, and now there is none";
  const isCompared = (metric: (typeof metrics)[number] | undefined, relative: boolean) =>
    metric !== undefined && metric.baseline === undefined && relative ? compares : undefined;
  if (check.kind === "metric") {
    const metric = metrics[placeOf(check)];
    return isCompared(metric, metric !== undefined && needsBaseline(metric));
  }
  const trigger = rollBackWhen[placeOf(check)];
  if (trigger?.kind === "restarts") return "it counts restarts from one look to the next, and this is one look";
  if (trigger?.kind === "webhook") return "it is reported while a release is in flight, and now none is";
  if (trigger?.kind !== "metric") return undefined;
  return isCompared(
    metrics.find((one) => one.name === trigger.metric),
    isRelative(trigger.above),
  );
}

/** Looks at most: three wrong answers in a row are a failure, fewer may be a pod that is being replaced. */
export const looksMax = 3;

/** What is measured, once: how long a number must hold, and how long a condition, is for a rollout. */
export function demandsAgain({ metrics = [], rollBackWhen = [] }: MetricDemands): MetricDemands {
  return {
    metrics: metrics.map(({ forMs: _held, ...one }) => ({ ...one, consecutive: Math.min(one.consecutive, looksMax) })),
    rollBackWhen: rollBackWhen.map((one) => ("forMs" in one ? { ...one, forMs: 0 } : one)),
  };
}

const isRight = ({ status }: CheckState) => status === "good" || status === "passed";

/** True where a check is to be looked at (again): a right one was right, and a job that is over stays so. */
export function isOpenAgain(check: CheckState): boolean {
  return !isRight(check) && !check.job?.isOver;
}

/** What the checks say after so many looks. No answer is never good: it ends as errored, which takes nothing back. */
export function judgeAgain(all: readonly CheckState[], looks: number): VerifiedAgain {
  const checks = all.filter((check) => !check.dryRun);
  const failed = checks.find((check) => check.status === "failed");
  if (failed) return { kind: "failed", reason: `${failed.title}: ${failed.found}` };
  const lost = checks.find((check) => check.job?.isOver && !isRight(check));
  if (lost) return { kind: "errored", reason: `${lost.title}: ${lost.found}` };
  const open = checks.filter((check) => !isRight(check));
  if (open.length === 0) return { kind: "passed" };
  const [first] = open.filter((check) => check.kind !== "job");
  if (!first) return { kind: "awaitJobs" };
  if (looks < looksMax) return { kind: "lookAgain" };
  return { kind: "errored", reason: `${first.title} could not be told: ${first.found}` };
}
