import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ReadyPod } from "./cluster/running-workloads";
import { sendJson, sendText } from "./http-server";

interface Run {
  id: string;
  name: string;
  pod: ReadyPod;
  startedAt: number;
}

/** Between its start and its end, at the pace of a person. */
const takesMs = 3_000;
const bodyBytesMax = 64_000;

/**
 * What tests a service when it is asked over HTTP, and says how that went: `POST /{namespace}/{name}/smoke-jobs` begins a
 * run, once for each Idempotency-Key; `GET /smoke-jobs/{id}` and `…/log` tell of it. What is wrong with an image shows here.
 */
export class SmokeJobs {
  private readonly runs = new Map<string, Run>();
  private readonly byKey = new Map<string, string>();

  /** `speed`: how many times faster than usual. */
  constructor(private readonly speed: number) {}

  start(request: IncomingMessage, response: ServerResponse, name: string, pods: readonly ReadyPod[] | undefined): void {
    request.resume();
    if (Number(request.headers["content-length"] ?? 0) > bodyBytesMax) {
      sendJson(response, 413, { message: "the body is too long" });
      return;
    }
    const [pod] = pods ?? [];
    if (!pod) {
      sendJson(response, 503, { message: `there is nothing ready behind ${name} to be tested` });
      return;
    }
    const key = request.headers["idempotency-key"];
    const known = typeof key === "string" ? this.byKey.get(key) : undefined;
    const id = known ?? randomUUID();
    if (known === undefined) {
      this.runs.set(id, { id, name, pod, startedAt: performance.now() });
      if (typeof key === "string") this.byKey.set(key, id);
    }
    sendJson(response, known === undefined ? 201 : 200, { id }, { location: `/smoke-jobs/${id}` });
  }

  tell(response: ServerResponse, id: string, wantsLog: boolean): void {
    const run = this.runs.get(id);
    if (!run) sendJson(response, 404, { message: "there is no such run" });
    else if (wantsLog) sendText(response, 200, logOf(run, this.stateOf(run)));
    else sendJson(response, 200, { id, state: this.stateOf(run) });
  }

  private stateOf({ pod, startedAt }: Run): "running" | "passed" | "failed" {
    if (pod.fault === "jobHangs" || performance.now() - startedAt < takesMs / this.speed) return "running";
    return pod.fault === "jobFails" || pod.fault === "errors" ? "failed" : "passed";
  }
}

function logOf({ name, pod }: Run, state: string): string {
  const lines = [
    `testing ${name}, version ${pod.version ?? "unknown"}`,
    "ok 1 - answers at /ready",
    "ok 2 - a cart takes an article",
    state === "running"
      ? ""
      : state === "failed"
        ? "not ok 3 - a checkout ends: got 402, wanted 201"
        : "ok 3 - a checkout ends",
  ];
  return lines
    .filter(Boolean)
    .map((line) => `${line}\n`)
    .join("");
}
