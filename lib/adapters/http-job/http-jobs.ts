import { type Asked, createExchange } from "@/lib/adapters/http-job/exchange";
import { fillJobAddress, fillJobBody, type JobFacts } from "@/lib/pipeline/policy/fill-job";
import { type HttpJob, jsonPathForm } from "@/lib/pipeline/policy/http-job";
import type { ReadLog } from "@/lib/pipeline/verification/job-log";
import type { JobSighting } from "@/lib/pipeline/verification/judge-job";
import { placesOf, readStatus } from "@/lib/pipeline/verification/read-job";
import { ExternalError } from "@/lib/ports/external-error";
import type { HttpJobs, JobOrder } from "@/lib/ports/job-runner";

export interface HttpJobsOptions {
  /** Who is asked, as errors say it. */
  system: string;
  /** Scheme, host and port to which the addresses of jobs belong; undefined: the one of each job's own start. */
  origin?: string;
  /** Headers with secrets, asked for at the moment of use; sent to `origin` alone. */
  credentials?: () => Promise<Record<string, string>>;
  timeoutMs: number;
}

const logBytesMax = 1_000_000;
const answerBytesMax = 256_000;

/**
 * Jobs of another system. A start is a POST with the header Idempotency-Key, so that one that is sent again is the same
 * job where the other side heeds it. Every address stays on one origin, whatever an answer says; redirects are not followed.
 */
export function createHttpJobs({ system, origin, credentials, timeoutMs }: HttpJobsOptions): HttpJobs {
  const exchange = createExchange({ system, credentials, timeoutMs });

  /** The address on the origin that is allowed; undefined where it leads elsewhere. */
  function within(base: string, location: string): string | undefined {
    if (!URL.canParse(location, base)) return undefined;
    const url = new URL(location, base);
    const isOurs = url.origin === new URL(base).origin && url.username === "" && url.password === "";
    url.hash = "";
    return isOurs ? url.href : undefined;
  }

  async function logOf(
    handle: Record<string, string>,
    said: string | undefined,
    signal?: AbortSignal,
  ): Promise<ReadLog> {
    if (handle.log === undefined) {
      return said === undefined
        ? { kind: "none", why: "its status has none" }
        : { kind: "text", text: said, cut: false };
    }
    try {
      const answer = await exchange({ method: "GET", url: handle.log, bytesMax: logBytesMax, signal });
      return { kind: "text", text: answer.body, cut: !answer.complete };
    } catch (error) {
      if (!(error instanceof ExternalError)) throw error;
      return { kind: "none", why: error.message };
    }
  }

  return {
    async start(job, order, signal) {
      const { facts, key } = order;
      const start = fillJobAddress(job.start, facts);
      const url = within(origin ?? start, start);
      if (url === undefined) return { kind: "lost", words: "its start leads to another origin than its connection" };
      const asked: Asked = {
        ...{ method: "POST", url, bytesMax: answerBytesMax, signal },
        headers: { "idempotency-key": key },
        body: JSON.stringify(job.body === undefined ? factsToSend(facts) : fillJobBody(job.body, facts)),
      };
      const answer = await refusedIsLost(() => exchange(asked));
      if ("kind" in answer) return answer;
      return startedOf(job, order, url, answer, within);
    },
    async look(job, handle, signal) {
      const { status: url = "", log } = handle;
      if (origin !== undefined && [url, log ?? url].some((one) => within(origin, one) === undefined)) {
        return {
          kind: "lost",
          words: "its connection has another origin since it was started: the old one is not asked",
        };
      }
      const answer = await exchange({ method: "GET", url, bytesMax: answerBytesMax, signal });
      if (!answer.complete) return { kind: "silent", words: "its status is longer than 256 kB" };
      const status = readStatus(job, answer.body);
      if (status.kind === "odd") return { kind: "silent", words: status.words };
      if (status.kind === "running") return { kind: "running", words: status.words };
      return { kind: status.kind, words: status.words, log: await logOf(handle, status.log, signal) };
    },
    async check(signal) {
      if (origin === undefined) return;
      const { status } = await exchange({ method: "GET", url: origin, bytesMax: 4_096, signal, anyStatus: true });
      if (status !== 401 && status !== 403) return;
      throw new ExternalError({
        system,
        code: "unauthorized",
        message: `answered ${status}`,
        retryable: false,
        status,
      });
    },
  };
}

const ownQuery =
  "it took the job, and its answer gives an address with a query, which may hold a secret and is not kept: " +
  "give `status` as an address with {$.…} in the project file, or have that address carry no query";

function startedOf(
  job: HttpJob,
  { facts }: JobOrder,
  url: string,
  answer: { body: string; location?: string },
  within: (base: string, location: string) => string | undefined,
): JobSighting {
  const fill = (text: string | undefined) =>
    text === undefined || jsonPathForm.test(text) ? text : fillJobAddress(text, facts);
  const templates = { status: fill(job.status), log: fill(job.log) };
  const places = placesOf(templates, answer);
  if ("missing" in places) return { kind: "lost", words: places.missing };
  const status = within(url, places.status);
  const log = places.log === undefined ? undefined : within(url, places.log);
  if (status === undefined || (places.log !== undefined && log === undefined)) {
    return { kind: "lost", words: "it took the job, and its answer leads to another origin, which is not asked" };
  }
  // What stands in the handle stands in the ledger for good; keys are handed out in queries (Azure's `?code=`).
  const isFromAnswer = templates.status === undefined || jsonPathForm.test(templates.status);
  const { search } = new URL(status);
  if (isFromAnswer && search !== "" && search !== new URL(url).search) return { kind: "lost", words: ownQuery };
  return { kind: "started", handle: { status, ...(log === undefined ? {} : { log }) }, words: "it was started" };
}

/** A definite no to a start does not become a yes by asking again. */
async function refusedIsLost<T>(call: () => Promise<T>): Promise<T | (JobSighting & { kind: "lost" })> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ExternalError) || error.retryable) throw error;
    return { kind: "lost", words: `it could not be started: ${error.message}` };
  }
}

function factsToSend({ project, service, environment, digest, version, promotion }: JobFacts): Record<string, string> {
  return { project, service, environment, digest, version, promotion };
}
