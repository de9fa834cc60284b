import { formatDuration } from "@/lib/pipeline/policy/duration";
import type { JobPolicy } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import type { ReadLog } from "@/lib/pipeline/verification/job-log";

/**
 * What came of a start, or of a look at a job. `lost`: nobody will ever be able to say how it ended. `log` is what it
 * printed until it was over.
 */
export type JobSighting =
  | { kind: "started"; handle: Record<string, string>; words: string }
  | { kind: "running"; words: string }
  | { kind: "succeeded" | "failed"; words: string; log: ReadLog }
  | { kind: "silent"; words: string }
  | { kind: "lost"; words: string; log?: ReadLog };

/** A job's check before its start; the intent is what the ledger has first. */
export function intendJob(check: CheckState, now: string): CheckState {
  return check.job ? check : { ...check, job: { askedAt: now }, since: now, found: "being started" };
}

/**
 * A job's check after a look. Only its own word that it succeeded is good; silence and what cannot be understood are
 * unknown, and so is one that does not end in its time. Moves nothing that is over.
 */
export function moveJob(check: CheckState, { timeoutMs }: JobPolicy, sighting: JobSighting, now: string): CheckState {
  const job = check.job ?? { askedAt: now };
  if (job.isOver) return check;
  const moved = (status: CheckState["status"], found: string, more: Partial<CheckState> = {}): CheckState => ({
    ...{ ...check, status, found, job },
    since: check.status === status ? check.since : now,
    ...more,
  });
  const isLate = Date.parse(now) - Date.parse(job.askedAt) >= timeoutMs;
  const over = (words: string) => moved("unknown", words, { job: { ...job, isOver: true } });
  switch (sighting.kind) {
    case "succeeded":
      return moved("passed", withLog(sighting), { job: { ...job, isOver: true } });
    case "failed":
      return moved("failed", withLog(sighting), { job: { ...job, isOver: true }, failures: 1 });
    case "lost":
      return over(sighting.words);
    case "silent":
      return isLate
        ? over(`no end within ${formatDuration(timeoutMs)}: ${sighting.words}`)
        : moved("unknown", sighting.words);
    case "started":
      return moved("waiting", sighting.words, { job: { ...job, handle: sighting.handle } });
    case "running":
      return isLate
        ? over(`no end within ${formatDuration(timeoutMs)}: ${sighting.words}`)
        : moved("waiting", sighting.words);
    default:
      return sighting satisfies never;
  }
}

function withLog({ words, log }: { words: string; log: ReadLog }): string {
  return log.kind === "none" ? `${words}; its log could not be read: ${log.why}` : words;
}

/** True of a job that is neither over nor good: it is under way. */
export function isUnderWay({ job, status }: Pick<CheckState, "job" | "status">): boolean {
  return job !== undefined && !job.isOver && status === "waiting";
}
