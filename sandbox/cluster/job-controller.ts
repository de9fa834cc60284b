import type { ObjectStore } from "./object-store";
import { type Condition, type Job, type Pod, resources, timestamp } from "./objects";
import { byOwner, createPod, endPod, isTerminating } from "./pods";

/**
 * Runs each Job's pod until one succeeded, more of them failed than its backoffLimit, or its activeDeadlineSeconds are
 * over; a Job that is over is removed after ttlSecondsAfterFinished. One pod at a time: completions are not supported.
 */
export class JobController {
  /** When a Job was first seen, and when it was seen to be over, in milliseconds of this cluster's clock. */
  private readonly begun = new Map<string, number>();
  private readonly over = new Map<string, number>();

  constructor(
    private readonly store: ObjectStore,
    private readonly now: () => number,
  ) {}

  tick(): void {
    const pods = byOwner(this.store.list<Pod>(resources.pods));
    const jobs = this.store.list<Job>(resources.jobs);
    for (const job of jobs) this.step(job, pods.get(job.metadata.uid) ?? []);
    const alive = new Set(jobs.map((job) => job.metadata.uid));
    for (const [owner, owned] of pods) {
      const ofJob = owned.filter((pod) => pod.metadata.ownerReferences?.some(({ kind }) => kind === "Job"));
      if (!alive.has(owner)) for (const pod of ofJob) if (!isTerminating(pod)) endPod(this.store, pod);
    }
  }

  private step(job: Job, pods: Pod[]): void {
    const { uid } = job.metadata;
    if (isOver(job)) {
      const since = this.over.get(uid) ?? this.now();
      this.over.set(uid, since);
      const ttl = job.spec.ttlSecondsAfterFinished;
      if (ttl !== undefined && this.now() - since >= ttl * 1_000) this.store.remove(resources.jobs, job);
      return;
    }
    if (job.spec.suspend) return;
    const since = this.begun.get(uid) ?? this.now();
    this.begun.set(uid, since);
    const failed = pods.filter((pod) => pod.status.phase === "Failed").length;
    const succeeded = pods.some((pod) => pod.status.phase === "Succeeded");
    const active = pods.filter((pod) => !isTerminating(pod) && !hasEnded(pod));
    const deadline = job.spec.activeDeadlineSeconds;
    const counts = { failed, succeeded: succeeded ? 1 : 0 };
    if (succeeded) this.end(job, counts, { type: "Complete" });
    else if (failed > job.spec.backoffLimit) {
      const message = "Job has reached the specified backoff limit";
      this.end(job, counts, { type: "Failed", reason: "BackoffLimitExceeded", message });
    } else if (deadline !== undefined && this.now() - since >= deadline * 1_000) {
      for (const pod of active) endPod(this.store, pod);
      const message = "Job was active longer than specified deadline";
      this.end(job, counts, { type: "Failed", reason: "DeadlineExceeded", message });
    } else {
      if (active.length === 0) createPod(this.store, job, job.spec.template, { "job-name": job.metadata.name });
      this.report(job, { ...counts, active: 1 });
    }
  }

  private end(
    job: Job,
    counts: { failed: number; succeeded: number },
    condition: Pick<Condition, "type" | "reason" | "message">,
  ): void {
    const at = timestamp();
    const conditions: Condition[] = [{ status: "True", lastTransitionTime: at, ...condition }];
    const completionTime = condition.type === "Complete" ? { completionTime: at } : {};
    this.store.modify<Job>(resources.jobs, job, ({ status }) => ({
      status: { ...status, ...counts, active: 0, conditions, ...completionTime },
    }));
  }

  private report(job: Job, counts: { failed: number; succeeded: number; active: number }): void {
    this.store.modify<Job>(resources.jobs, job, ({ status }) => ({
      status: { startTime: timestamp(), ...status, ...counts },
    }));
  }
}

function isOver({ status }: Job): boolean {
  return (status.conditions ?? []).some(({ type, status: holds }) => type !== "Suspended" && holds === "True");
}

function hasEnded({ status }: Pod): boolean {
  return status.phase === "Succeeded" || status.phase === "Failed";
}
