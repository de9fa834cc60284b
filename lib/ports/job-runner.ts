import type { JobFacts } from "@/lib/pipeline/policy/fill-job";
import type { HttpJob } from "@/lib/pipeline/policy/http-job";
import type { JobSighting } from "@/lib/pipeline/verification/judge-job";

/** One run of a job: the same again has the same key, wherever and by whomever it is asked for. */
export interface JobOrder {
  /** 64 signs of 0-9 and a-f. */
  key: string;
  facts: JobFacts;
}

/** Starts jobs of one kind and says how they stand. Throws ExternalError where nobody answered; that may pass. */
export interface JobRunner<Job> {
  /** Begins the job of this key, or finds the one that began already. Answers `started` or `lost`. */
  start(job: Job, order: JobOrder, signal?: AbortSignal): Promise<JobSighting>;
  /** How the job of this handle stands. One that ended brings its log along. */
  look(job: Job, handle: Record<string, string>, signal?: AbortSignal): Promise<JobSighting>;
}

/** Jobs of another system, over HTTP. */
export interface HttpJobs extends JobRunner<HttpJob> {
  /** A call that proves that the system answers with these credentials. */
  check(signal?: AbortSignal): Promise<void>;
}
