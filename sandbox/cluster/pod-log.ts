import type { ImagePuller } from "./image-puller";
import type { ContainerStatus, Pod } from "./objects";
import { badRequest } from "./status-error";

/**
 * What a container prints, by what its image's labels say: `sandbox.log` as it stands, but for `$CANARY_…`, which is that
 * variable of the sandbox's environment: what a careless service prints of its own.
 */
function printedBy(name: string, labels: Record<string, string>): string {
  const said = labels["sandbox.log"]?.replace(
    /\$(CANARY_[A-Z_]+)/g,
    (_, variable) => process.env[variable] ?? "not-set",
  );
  const endings: Record<string, string> = {
    crash: "fatal: cannot start, ending with exit code 1",
    unready: "not ready: what it depends on is not there",
    errors: "GET /health 500 in 3 ms",
    slow: "GET /health 200 in 1500 ms",
    jobFails: "not ok 3 - a checkout ends: got 402, wanted 201",
    jobHangs: "waiting for an answer",
  };
  const end = endings[labels["sandbox.fault"] ?? ""] ?? "listening on :8080";
  return [`starting ${name}`, ...(said === undefined ? [] : said.split("\n")), end].map((line) => `${line}\n`).join("");
}

/**
 * The answer to `GET …/pods/NAME/log`, with the words of a real server for what it refuses. Of a container that waits to
 * be restarted it is what the run before printed.
 */
export function podLog(pod: Pod, images: Pick<ImagePuller, "peek">, query: URLSearchParams): string {
  const { name } = pod.metadata;
  const containers = pod.spec.containers;
  const wanted = query.get("container") ?? (containers.length === 1 ? containers[0]?.name : undefined);
  if (wanted === undefined) {
    const names = containers.map((one) => one.name).join(" ");
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names}]`);
  }
  const container = containers.find((one) => one.name === wanted);
  if (!container) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  const status = pod.status.containerStatuses?.find((one) => one.name === wanted);
  refuse(name, wanted, status, query.get("previous") === "true");
  const labels = images.peek(container.image)?.labels ?? {};
  return bounded(printedBy(wanted, labels), query);
}

function refuse(pod: string, container: string, status: ContainerStatus | undefined, previous: boolean): void {
  const ended = status !== undefined && ("terminated" in status.lastState || status.restartCount > 0);
  if (!previous && status && "terminated" in status.state) return;
  if (previous && !ended) throw badRequest(`previous terminated container "${container}" in pod "${pod}" not found`);
  if (previous || ended || (status && "running" in status.state)) return;
  const reason = status && "waiting" in status.state ? status.state.waiting.reason : "ContainerCreating";
  const words =
    reason === "ErrImagePull" || reason === "ImagePullBackOff" ? "trying and failing to pull image" : reason;
  throw badRequest(`container "${container}" in pod "${pod}" is waiting to start: ${words}`);
}

function bounded(printed: string, query: URLSearchParams): string {
  const tail = query.get("tailLines");
  const lines = printed.match(/[^\n]*\n/g) ?? [];
  const last = tail === null ? lines : lines.slice(-Number(tail) || lines.length);
  const limit = query.get("limitBytes");
  const bytes = Buffer.from(last.join(""));
  return (limit === null ? bytes : bytes.subarray(0, Number(limit))).toString("utf8");
}
