import type { KubernetesClient } from "@/lib/adapters/kubernetes/client";
import { jobName, jobObject, keyAnnotation } from "@/lib/adapters/kubernetes/jobs/job-object";
import { readJobLog } from "@/lib/adapters/kubernetes/jobs/read-job-log";
import { listAll } from "@/lib/adapters/kubernetes/list-all";
import { fields, integer, list, type Pod, slimPod, text } from "@/lib/adapters/kubernetes/objects";
import { checkedName, listPath } from "@/lib/adapters/kubernetes/paths";
import { troubleOfPod } from "@/lib/adapters/kubernetes/pod-trouble";
import { cronJobName, type KubernetesJob } from "@/lib/pipeline/policy/kubernetes-job";
import type { JobSighting } from "@/lib/pipeline/verification/judge-job";
import { ExternalError } from "@/lib/ports/external-error";
import type { JobOrder, JobRunner } from "@/lib/ports/job-runner";

/**
 * Jobs of a cluster, each made from a CronJob of the same namespace. Its name follows from its order, so that a successor
 * finds the Job that was made before.
 */
export function createKubernetesJobs(client: KubernetesClient): JobRunner<KubernetesJob> {
  return {
    start: (job, order, signal) => start(client, job, order, signal),
    look: (_job, handle, signal) => look(client, handle, signal),
  };
}

async function start(
  client: KubernetesClient,
  job: KubernetesJob,
  order: JobOrder,
  signal?: AbortSignal,
): Promise<JobSighting> {
  const { system } = client;
  const namespace = checkedName(system, "namespace", order.facts.namespace);
  const name = checkedName(system, "CronJob", cronJobName(job, order.facts));
  const found = await refusedIsLost(() => readCronJob(client, namespace, name, signal));
  if ("lost" in found) return found.lost;
  if (found.value === undefined) return lost(`there is no CronJob ${name} in ${namespace}`);
  const object = jobObject(found.value, job, order);
  if (!object) return lost(`CronJob ${name} has no template of a Job`);
  const made = await refusedIsLost(() => createOrFind(client, namespace, jobName(name, order.key), object, signal));
  if ("lost" in made) return made.lost;
  const { metadata } = fields(made.value) as { metadata?: unknown };
  const { name: itsName, uid, annotations } = fields(metadata);
  if (fields(annotations)[keyAnnotation] !== order.key) return lost(`another Job is called ${text(itsName)} there`);
  const handle = { namespace, job: text(itsName) ?? "", uid: text(uid) ?? "" };
  return { kind: "started", handle, words: `Job ${handle.job} was made` };
}

/** Clusters before 1.21 have CronJobs in the beta of the API alone; that one is gone since 1.25. */
async function readCronJob(client: KubernetesClient, namespace: string, name: string, signal?: AbortSignal) {
  const path = (version: string) => `/apis/batch/${version}/namespaces/${namespace}/cronjobs/${name}`;
  try {
    return await client.get(path("v1"), {}, signal);
  } catch (error) {
    if (!(error instanceof ExternalError) || error.status !== 404) throw error;
    if (error.code === "notFound") return undefined;
  }
  try {
    return await client.get(path("v1beta1"), {}, signal);
  } catch (error) {
    if (error instanceof ExternalError && error.status === 404) return undefined;
    throw error;
  }
}

const jobPath = (namespace: string, name: string) => `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;

async function createOrFind(
  client: KubernetesClient,
  namespace: string,
  name: string,
  object: object,
  signal?: AbortSignal,
): Promise<unknown> {
  try {
    return await client.create(`/apis/batch/v1/namespaces/${namespace}/jobs`, object, signal);
  } catch (error) {
    if (!(error instanceof ExternalError) || error.code !== "conflict") throw error;
    return client.get(jobPath(namespace, name), {}, signal);
  }
}

async function look(
  client: KubernetesClient,
  handle: Record<string, string>,
  signal?: AbortSignal,
): Promise<JobSighting> {
  const namespace = checkedName(client.system, "namespace", handle.namespace ?? "");
  const name = checkedName(client.system, "Job", handle.job ?? "");
  let job: Record<string, unknown>;
  try {
    job = fields(await client.get(jobPath(namespace, name), {}, signal));
  } catch (error) {
    if (!(error instanceof ExternalError) || error.code !== "notFound") throw error;
    return lost(`Job ${name} is not there any more: somebody deleted it before it was seen to end`);
  }
  if (text(fields(job.metadata).uid) !== handle.uid) return lost(`Job ${name} was replaced by another one`);
  const status = fields(job.status);
  const ended = list(status.conditions)
    .map(fields)
    .find(({ type, status: holds }) => (type === "Complete" || type === "Failed") && holds === "True");
  const pods = await podsOf(client, namespace, name, signal);
  if (!ended) return { kind: "running", words: runningWords(name, job, pods) };
  const log = await readJobLog(client, namespace, pods, signal);
  if (ended.type === "Complete") return { kind: "succeeded", words: `Job ${name} completed`, log };
  const why = [text(ended.reason), text(ended.message)].filter(Boolean).join(": ");
  // Its deadline says that it did not end, not that it found something.
  if (ended.reason === "DeadlineExceeded") return { ...lost(`Job ${name} did not end in its time (${why})`), log };
  return { kind: "failed", words: `Job ${name} failed (${why})`, log };
}

async function podsOf(client: KubernetesClient, namespace: string, job: string, signal?: AbortSignal): Promise<Pod[]> {
  const options = { labelSelector: `job-name=${job}`, signal };
  const { items } = await listAll(client, listPath(client.system, "pods", namespace), slimPod, options);
  return items;
}

function runningWords(name: string, job: Record<string, unknown>, pods: readonly Pod[]): string {
  if (fields(job.spec).suspend === true) return `Job ${name} is suspended by somebody`;
  const failed = integer(fields(job.status).failed) ?? 0;
  const trouble = pods.map(troubleOfPod).find((one) => one !== undefined);
  const parts = [
    pods.length === 0 ? `Job ${name} has no pod yet` : `Job ${name} runs`,
    failed > 0 && `${failed} ${failed === 1 ? "pod has" : "pods have"} failed`,
    trouble && `${trouble.reason}: ${trouble.message}`,
  ];
  return parts.filter(Boolean).join(", ");
}

function lost(words: string): JobSighting & { kind: "lost" } {
  return { kind: "lost", words };
}

/** A definite no does not become a yes by asking again. */
async function refusedIsLost<T>(
  call: () => Promise<T>,
): Promise<{ value: T } | { lost: JobSighting & { kind: "lost" } }> {
  try {
    return { value: await call() };
  } catch (error) {
    if (!(error instanceof ExternalError) || error.retryable) throw error;
    return { lost: lost(`it could not be started: ${error.message}`) };
  }
}
