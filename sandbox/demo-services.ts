import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { ReadyPod } from "./cluster/running-workloads";
import { sendJson, sendText } from "./http-server";
import type { SmokeJobs } from "./smoke-jobs";

const introduction = `This is Waybill's sandbox: an imitation of a registry, a cluster, metrics and the services on it, for demos and tests.
Nothing here is real but the protocols. A service answers at /{namespace}/{workload}/health and /{namespace}/{workload}/ready;
a POST to /{namespace}/{workload}/smoke-jobs tests it.
What the demo starts with is listed at /sandbox/seed.
`;

export interface DemoServices {
  /** The pods that may answer a request to a route, Service or workload; undefined where there is none of the name. */
  pods: (request: {
    namespace: string;
    name: string;
    headers: Record<string, unknown>;
    turn: number;
  }) => ReadyPod[] | undefined;
  seed: () => unknown;
  /** Which process this is, and on which data. */
  about: unknown;
  jobs: SmokeJobs;
  /** How long the fault `slow` takes. */
  slowMs: number;
}

/** Answers for each route, Service and workload as its running pods would, in turn; what is wrong with an image shows here. */
export function createDemoServices({ pods, seed, about, jobs, slowMs }: DemoServices): RequestListener {
  let turn = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://services");
    if (pathname === "/") return sendText(response, 200, introduction);
    if (pathname === "/sandbox/about") return sendJson(response, 200, about);
    if (pathname === "/sandbox/seed") return sendJson(response, 200, seed());
    const [, job, log] = /^\/smoke-jobs\/([^/]+)(\/log)?$/.exec(pathname) ?? [];
    if (job !== undefined) return jobs.tell(response, job, log !== undefined);
    const [, namespace = "", name = "", endpoint] =
      /^\/([^/]+)\/([^/]+)\/(health|ready|smoke-jobs)$/.exec(pathname) ?? [];
    if (endpoint === undefined) return sendJson(response, 404, { status: "not found", path: pathname });
    turn += 1;
    const asked = request.headers["x-request-id"];
    response.setHeader("x-request-id", typeof asked === "string" && asked !== "" ? asked : randomUUID());
    const ready = pods({ namespace, name, headers: request.headers, turn });
    if (endpoint === "smoke-jobs" && request.method === "POST") return jobs.start(request, response, name, ready);
    if (ready === undefined) return sendJson(response, 404, { status: "no such workload", namespace, name });
    const pod = ready[turn % Math.max(1, ready.length)];
    if (pod === undefined) return sendJson(response, 503, { status: "unavailable", reason: "no pod is ready" });
    if (pod.fault === "slow") await new Promise((resolve) => setTimeout(resolve, slowMs));
    const { version, digest } = pod;
    if (pod.fault === "errors" && endpoint === "health")
      return sendJson(response, 500, { status: "error", version, digest });
    sendJson(response, 200, { status: "ok", version, digest });
  }

  return (request, response) => {
    answer(request, response).catch(() => response.destroy());
  };
}
