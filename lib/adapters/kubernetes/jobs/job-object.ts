import { fields, list, text } from "@/lib/adapters/kubernetes/objects";
import type { KubernetesJob } from "@/lib/pipeline/policy/kubernetes-job";
import type { JobOrder } from "@/lib/ports/job-runner";

/** Says whose Job it is: the key of its order, so that one of another order is never taken for it. */
export const keyAnnotation = "waybill.dev/job-key";
const promotionLabel = "waybill.dev/promotion";
/** A Job that is over goes by itself after this, where its template says nothing else; in seconds. */
const ttlDefault = 86_400;

/** The Job's name: the same for the same order, and never longer than the name of a pod's label may be. */
export function jobName(cronJob: string, key: string): string {
  return `${cronJob.slice(0, 40).replace(/[-.]+$/, "")}-waybill-${key.slice(0, 12)}`;
}

/**
 * A Job as `kubectl create job --from=cronjob/…` makes one, with what it is to test in the environment of its containers.
 * It belongs to nobody, so that it outlives a CronJob that is replaced, and ends at its deadline. Undefined where the
 * CronJob has no template of a Job.
 */
export function jobObject(cronJob: unknown, job: KubernetesJob, order: JobOrder): object | undefined {
  const template = fields(fields(fields(cronJob).spec).jobTemplate);
  const spec = fields(template.spec);
  const pod = fields(spec.template);
  const podSpec = fields(pod.spec);
  const name = text(fields(fields(cronJob).metadata).name);
  if (name === undefined || list(podSpec.containers).length === 0) return undefined;
  const metadata = fields(template.metadata);
  const { activeDeadlineSeconds, ttlSecondsAfterFinished, selector: _selector, suspend: _suspend, ...rest } = spec;
  const deadline = Math.max(1, Math.ceil(job.timeoutMs / 1_000));
  const own = typeof activeDeadlineSeconds === "number" ? Math.min(activeDeadlineSeconds, deadline) : deadline;
  const { promotion } = order.facts;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: jobName(name, order.key),
      labels: { ...fields(metadata.labels), [promotionLabel]: labelValue(promotion) },
      annotations: {
        ...fields(metadata.annotations),
        "cronjob.kubernetes.io/instantiate": "manual",
        [keyAnnotation]: order.key,
        [promotionLabel]: promotion,
      },
    },
    spec: {
      ...rest,
      activeDeadlineSeconds: own,
      ttlSecondsAfterFinished: ttlSecondsAfterFinished ?? ttlDefault,
      template: { ...pod, spec: { ...podSpec, ...withEnvironment(podSpec, order) } },
    },
  };
}

/** Every container is told what to test; what the template says under one of these names gives way. */
function withEnvironment(podSpec: Record<string, unknown>, { facts }: JobOrder): Record<string, unknown> {
  const { project, service, environment, digest, version, promotion } = facts;
  const told = { project, service, environment, digest, version, promotion };
  const own = Object.entries(told).map(([name, value]) => ({ name: `WAYBILL_${name.toUpperCase()}`, value }));
  const tell = (container: unknown) => {
    const before = list(fields(container).env).filter((one) => !own.some(({ name }) => name === fields(one).name));
    return { ...fields(container), env: [...before, ...own] };
  };
  const initContainers = list(podSpec.initContainers);
  return {
    containers: list(podSpec.containers).map(tell),
    ...(initContainers.length === 0 ? {} : { initContainers: initContainers.map(tell) }),
  };
}

/** At most 63 signs, with a letter or digit at both ends. */
function labelValue(value: string): string {
  return value
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}
