import type { KubernetesClient } from "@/lib/adapters/kubernetes/client";
import { digestOfImage } from "@/lib/adapters/kubernetes/image-reference";
import { listAll } from "@/lib/adapters/kubernetes/list-all";
import { fields, integer, list, type Pod, readList, slimPod, text } from "@/lib/adapters/kubernetes/objects";
import { eventsPath, listPath, podPath } from "@/lib/adapters/kubernetes/paths";
import { troubleOfPod } from "@/lib/adapters/kubernetes/pod-trouble";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { KubernetesTargetRef, PodEvent, PodTrace, TraceLimits } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

/** Of one pod at a time: an event tells what happened again and again by its count. */
const eventsAsked = 200;
/** Of a log, before anything is cut: so much that a few long lines do not hide the last one. */
const bytesAsked = 64 * 1024;

interface Found {
  pod: Pod;
  containers: { name: string; image: string }[];
}

/**
 * What the pods that were told to run `digest` left behind, by whatever workload they were made (the one that is deployed
 * to, the other colour, a canary): those in trouble first. What the cluster does not give is said, never an error.
 */
export async function traceTarget(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  digest: Digest,
  limits: TraceLimits,
  signal?: AbortSignal,
): Promise<PodTrace[]> {
  const { items } = await listAll(client, listPath(client.system, "pods", ref.namespace), slimFound, { signal });
  const told = items.filter(({ containers }) =>
    containers.some(({ name, image }) => name === ref.container && digestOfImage(image) === digest),
  );
  const first = told.sort((a, b) => rank(a.pod) - rank(b.pod) || (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1));
  return Promise.all(first.slice(0, limits.pods).map(({ pod }) => tracePod(client, ref, pod, limits, signal)));
}

function slimFound(object: unknown): Found {
  const containers = list(fields(fields(object).spec).containers).map((container) => {
    const { name, image } = fields(container);
    return { name: text(name) ?? "", image: text(image) ?? "" };
  });
  return { pod: slimPod(object), containers };
}

function rank(pod: Pod): number {
  if (troubleOfPod(pod)) return 0;
  return isReady(pod) ? 2 : 1;
}

function isReady({ conditions }: Pod): boolean {
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

async function tracePod(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  pod: Pod,
  limits: TraceLimits,
  signal?: AbortSignal,
): Promise<PodTrace> {
  // An init container that keeps failing is why the others have printed nothing.
  const failing = pod.initContainers.find(({ state }) => state?.waiting?.reason ?? state?.terminated?.exitCode);
  const container = failing?.name ?? ref.container;
  const status = [...pod.initContainers, ...pod.containers].find(({ name }) => name === container);
  const restarts = status?.restartCount ?? 0;
  // One that was restarted and is not up prints the beginning again: how the run before ended is what tells.
  const previous = restarts > 0 && status?.ready !== true;
  const [events, log] = await Promise.all([
    said(readEvents(client, ref, pod, limits.events, signal)),
    said(readLog(client, ref, { pod, container, previous, limits }, signal)),
  ]);
  return {
    ...{ pod: pod.metadata.name, container, phase: pod.phase, ready: isReady(pod), restarts },
    trouble: troubleOfPod(pod),
    events: events.value ?? [],
    ...(events.words === undefined ? {} : { noEvents: events.words }),
    log: log.value,
    ...(log.words === undefined ? {} : { noLog: log.words }),
  };
}

/** What came, or what the cluster said instead. */
async function said<T>(asked: Promise<T>): Promise<{ value?: T; words?: string }> {
  try {
    return { value: await asked };
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { words: error.message };
  }
}

async function readEvents(
  client: KubernetesClient,
  { namespace }: KubernetesTargetRef,
  { metadata }: Pod,
  max: number,
  signal?: AbortSignal,
): Promise<PodEvent[]> {
  const query = { fieldSelector: `involvedObject.uid=${metadata.uid}`, limit: eventsAsked };
  const answer = readList(await client.get(eventsPath(client.system, namespace), query, signal));
  const events = (answer?.items ?? []).map((item): PodEvent => {
    const { lastTimestamp, eventTime, firstTimestamp, type, reason, message, count } = fields(item);
    return {
      at: text(lastTimestamp) ?? text(eventTime) ?? text(firstTimestamp) ?? "",
      type: text(type) ?? "",
      reason: text(reason) ?? "",
      message: text(message) ?? "",
      count: integer(count) ?? 1,
    };
  });
  return events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(-max);
}

interface WantedLog {
  pod: Pod;
  container: string;
  /** Of the run that ended before. */
  previous: boolean;
  limits: TraceLimits;
}

async function readLog(
  client: KubernetesClient,
  { namespace }: KubernetesTargetRef,
  { pod, container, previous, limits }: WantedLog,
  signal?: AbortSignal,
): Promise<NonNullable<PodTrace["log"]>> {
  // Of a pod without a node the API answers with nothing, as of one that printed nothing.
  if (pod.node === undefined) {
    const message = `pod ${pod.metadata.name} is on no node: it has printed nothing that could be read`;
    throw new ExternalError({ system: client.system, code: "notFound", message, retryable: true });
  }
  const path = `${podPath(client.system, namespace, pod.metadata.name)}/log`;
  // One line more than wanted tells whether there was more.
  const query = { container, tailLines: limits.logLines + 1, limitBytes: bytesAsked, previous: previous || undefined };
  const printed = await client.getText(path, query, bytesAsked + 4096, signal);
  const lines = printed.replace(/\n$/, "").split("\n");
  const cut = lines.length > limits.logLines;
  return { text: lines.slice(-limits.logLines).join("\n"), previous, cut };
}
