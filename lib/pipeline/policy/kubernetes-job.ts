import { z } from "zod";
import { fillJobName, type JobFacts, unknownJobPlaces } from "@/lib/pipeline/policy/fill-job";
import { type JobLimits, jobLimits, limitsOf } from "@/lib/pipeline/policy/http-job";
import { workloadName } from "@/lib/pipeline/policy/name";

/**
 * A Job in the target's namespace, made from a CronJob that stands there: what it runs, and by whose account, is the
 * cluster's to say. Told by its environment what to test.
 */
export interface KubernetesJob extends JobLimits {
  kind: "kubernetes";
  /** The CronJob's name; placeholders are filled in. */
  cronJob: string;
}

const names = { project: "p", service: "s", environment: "e", namespace: "n", workload: "w" };

const cronJob = z
  .string()
  .max(253)
  .superRefine((text, context) => {
    const [unknown] = unknownJobPlaces(text, {}).concat(/\{(digest|version|promotion)\}/.exec(text)?.[0] ?? []);
    if (unknown !== undefined) context.addIssue({ code: "custom", message: `has the unknown placeholder ${unknown}` });
    else if (!workloadName.safeParse(fillJobName(text, names)).success) {
      context.addIssue({ code: "custom", message: "is no name of a CronJob" });
    }
  })
  .meta({
    description:
      "the name of a CronJob in the target's namespace; {service}, {workload}, {environment}, {namespace} and {project} are filled in",
  });

/** `kubernetesJob: {…}` of a smoke test. */
export const kubernetesJob = z
  .strictObject({ cronJob, ...jobLimits })
  .transform(
    ({ cronJob: name, ...limits }): KubernetesJob => ({ kind: "kubernetes", cronJob: name, ...limitsOf(limits) }),
  )
  .meta({ description: "a Job in the target's namespace, made from a CronJob that stands there" });

/** The CronJob's name for one service. */
export function cronJobName({ cronJob: template }: KubernetesJob, facts: Partial<JobFacts>): string {
  return fillJobName(template, facts);
}
