import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import { isRelative } from "@/lib/pipeline/policy/bound";
import { type AddressFacts, fillAddress } from "@/lib/pipeline/policy/fill-address";
import { needsBaseline } from "@/lib/pipeline/policy/metric";
import type { VerificationPolicy } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { shortDigest } from "@/lib/pipeline/release/digest";
import { jobChecks, longestJobMs, plannedJobFacts } from "@/lib/pipeline/verification/job-checks";
import { metricChecks, placeOf } from "@/lib/pipeline/verification/metric-checks";

/** Beyond the watch period, how long an answer that does not come is waited for. */
const graceMs = 60_000;

/** How often the checks of a verification are made: ten times in the time it takes, from every second to every 15 s. */
export function checkEveryMs(policy: VerificationPolicy): number {
  return Math.min(15_000, Math.max(1_000, Math.round(longestMs(policy) / 10)));
}

/** The time until every check could be good: the watch period, or what one must hold, compare or take, where that is longer. */
function longestMs({ health, smoke, jobs, metrics = [], watchMs }: VerificationPolicy): number {
  const held = [...health, ...smoke].map((check) => check.forMs ?? 0);
  const measured = metrics.filter((one) => !one.dryRun).map((one) => Math.max(one.forMs ?? 0, one.windowMs ?? 0));
  return Math.max(watchMs, longestJobMs(jobs), ...held, ...measured);
}

/** How long a release is watched: what the environment asks for, or longer where a strategy does. */
export function watchMsOf({ verification, services }: Pick<Plan, "verification" | "services">): number {
  const own = services.map(({ strategy }) => (strategy.kind === "blueGreen" ? strategy.watchMs : 0));
  return Math.max(verification.watchMs, ...own);
}

/** The verification that a plan asks for, watched for as long as its strategies ask too. */
export function verificationOf(plan: Plan): VerificationPolicy {
  return { ...plan.verification, watchMs: watchMsOf(plan) };
}

/** The checks of a plan before any was made, and the moments that bound them. */
export function startVerification(
  plan: Plan,
  now: string,
): { checks: CheckState[]; watchUntil: string; deadlineAt: string } {
  const { watchMs } = verificationOf(plan);
  const longest = longestMs(verificationOf(plan));
  const watchUntil = new Date(Date.parse(now) + watchMs).toISOString();
  const deadlineAt = new Date(Date.parse(now) + longest + graceMs).toISOString();
  return { checks: plan.services.flatMap((one) => checksOf(plan, one, now)), watchUntil, deadlineAt };
}

/** The address of a check for one service, with its placeholders filled in. */
export function checkAddress(plan: Plan, planned: PlannedService, template: string): string {
  return fillAddress(template, addressFacts(plan, planned));
}

/** What an address about one service of a plan is filled in with. */
export function addressFacts({ project, environment }: Plan, { service, target }: PlannedService): AddressFacts {
  return { project, environment, service, namespace: target.namespace, workload: target.workload.name };
}

function checksOf(plan: Plan, planned: PlannedService, now: string): CheckState[] {
  const { service } = planned;
  const base = { service, status: "waiting" as const, since: now, failures: 0, found: "not looked yet" };
  const { health, smoke, jobs } = plan.verification;
  return [
    { ...base, id: `${service}:digest`, kind: "digest", title: `${service} runs ${shortDigest(planned.to.digest)}` },
    ...health.map(
      (check, index): CheckState => ({
        ...base,
        id: `${service}:health:${index}`,
        kind: "health",
        title: `health ${checkAddress(plan, planned, check.url)} answers ${check.status}`,
      }),
    ),
    ...smoke.map(
      (check, index): CheckState => ({
        ...base,
        id: `${service}:smoke:${index}`,
        kind: "smoke",
        title: `smoke ${checkAddress(plan, planned, check.url)} answers ${check.status}`,
      }),
    ),
    ...jobChecks(service, plannedJobFacts(plan, planned), jobs, now),
    ...metricChecks(service, service, plan.verification, now).map((check) => withoutBefore(plan, planned, check)),
  ];
}

/** Where nothing ran before there is nothing to compare with: such a check is shown, says so, and decides nothing. */
function withoutBefore({ verification }: Plan, { from }: PlannedService, check: CheckState): CheckState {
  if (from !== null) return check;
  const { metrics = [], rollBackWhen = [] } = verification;
  const trigger = check.kind === "trigger" ? rollBackWhen[placeOf(check)] : undefined;
  const metric =
    check.kind === "metric"
      ? metrics[placeOf(check)]
      : trigger?.kind === "metric" && isRelative(trigger.above)
        ? metrics.find((one) => one.name === trigger.metric)
        : undefined;
  if (!metric || metric.baseline !== undefined || !needsBaseline(metric)) return check;
  return { ...check, dryRun: true, found: "nothing ran before, so there is nothing to compare with" };
}
