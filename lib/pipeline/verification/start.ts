import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import { fillAddress } from "@/lib/pipeline/policy/fill-address";
import type { VerificationPolicy } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { shortDigest } from "@/lib/pipeline/release/digest";

/** Beyond the watch period, how long an answer that does not come is waited for. */
const graceMs = 60_000;

/** How often the checks of a verification are made: ten times in its watch period, from every second to every 15 s. */
export function checkEveryMs(policy: VerificationPolicy): number {
  return Math.min(15_000, Math.max(1_000, Math.round(policy.watchMs / 10)));
}

/** The checks of a plan before any was made, and the moments that bound them. */
export function startVerification(
  plan: Plan,
  now: string,
): { checks: CheckState[]; watchUntil: string; deadlineAt: string } {
  const { health, smoke, watchMs } = plan.verification;
  const longest = Math.max(watchMs, ...[...health, ...smoke].map((check) => check.forMs ?? 0));
  const watchUntil = new Date(Date.parse(now) + watchMs).toISOString();
  const deadlineAt = new Date(Date.parse(now) + longest + graceMs).toISOString();
  return { checks: plan.services.flatMap((one) => checksOf(plan, one, now)), watchUntil, deadlineAt };
}

/** The address of a check for one service, with its placeholders filled in. */
export function checkAddress(plan: Plan, planned: PlannedService, template: string): string {
  const { project, environment } = plan;
  const { namespace, workload } = planned.target;
  return fillAddress(template, { project, environment, service: planned.service, namespace, workload: workload.name });
}

function checksOf(plan: Plan, planned: PlannedService, now: string): CheckState[] {
  const { service } = planned;
  const base = { service, status: "waiting" as const, since: now, failures: 0, found: "not looked yet" };
  const { health, smoke } = plan.verification;
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
  ];
}
