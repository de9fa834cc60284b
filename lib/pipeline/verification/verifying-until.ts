import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { placeOf } from "@/lib/pipeline/verification/metric-checks";

type Verifying = Pick<PromotionState & { phase: "verifying" }, "plan" | "since" | "checks" | "watchUntil">;

/** Until when a verification goes on at most, ISO 8601: its watch, or the time of a job that has not ended, if that is later. */
export function verifyingUntil({ plan, since, checks, watchUntil }: Verifying): string {
  const ends = checks.filter(isUnfinished).flatMap((check) => {
    const job = plan.verification.jobs?.[placeOf(check)];
    return job ? [new Date(Date.parse(check.job?.askedAt ?? since) + job.timeoutMs).toISOString()] : [];
  });
  return [watchUntil, ...ends].reduce((latest, one) => (one > latest ? one : latest));
}

/** True while a job may still end: nobody knows when. */
export function awaitsJobs({ checks }: Pick<Verifying, "checks">): boolean {
  return checks.some(isUnfinished);
}

function isUnfinished({ kind, job }: Verifying["checks"][number]): boolean {
  return kind === "job" && !job?.isOver;
}
