import { fillFromAnswer } from "@/lib/pipeline/policy/fill-job";
import { type HttpJob, jsonPathForm } from "@/lib/pipeline/policy/http-job";
import { valueAt } from "@/lib/pipeline/verification/value-at";

/** An answer about a job, as far as it is looked at. */
export interface JobAnswer {
  body: string;
  location?: string;
}

/** Where a started job is found again: addresses, maybe relative to the one that was asked. */
export interface JobPlacesFound {
  status: string;
  log?: string;
}

/** What one status says. `odd`: nothing that can be understood. */
export type JobStatus =
  | { kind: "running" | "succeeded" | "failed"; words: string; log?: string }
  | { kind: "odd"; words: string };

/**
 * Where the job is found again, from the answer to its start. `templates` are its status and log, already filled in with
 * what is known without an answer. An answer that does not say it gives the reason in place of it.
 */
export function placesOf(
  { status, log }: Pick<HttpJob, "status" | "log">,
  answer: JobAnswer,
): JobPlacesFound | { missing: string } {
  const inAnswer = (path: string) => valueAt(answer.body, path);
  const found = statusPlace(status, answer, inAnswer);
  if (typeof found !== "string") return found;
  if (log === undefined || jsonPathForm.test(log)) return { status: found };
  const filled = fillFromAnswer(log, inAnswer);
  if (filled === undefined) return { missing: "it took the job, and its answer does not say where its log is" };
  return { status: found, log: filled };
}

function statusPlace(
  status: string | undefined,
  { location }: JobAnswer,
  inAnswer: (path: string) => unknown,
): string | { missing: string } {
  if (status === undefined) {
    return location ?? { missing: "it took the job, and its answer has no header Location to ask at" };
  }
  if (jsonPathForm.test(status)) {
    const value = inAnswer(status);
    if (typeof value === "string" && value !== "") return value;
    return { missing: `it took the job, and its answer has no address at ${status}` };
  }
  return (
    fillFromAnswer(status, inAnswer) ?? { missing: "it took the job, and its answer does not say where its status is" }
  );
}

/** What the body of a status says. Only a value that the policy names ends the job. */
export function readStatus(job: Pick<HttpJob, "state" | "succeeded" | "failed" | "log">, body: string): JobStatus {
  const state = valueAt(body, job.state);
  if (state === undefined) return { kind: "odd", words: `its status has nothing at ${job.state}` };
  const words = `${job.state} is ${JSON.stringify(state)?.slice(0, 80).toWellFormed()}`;
  const isOne = (values: readonly unknown[]) => values.includes(state);
  if (!isOne(job.succeeded) && !isOne(job.failed)) return { kind: "running", words };
  return { kind: isOne(job.failed) ? "failed" : "succeeded", words, ...logIn(job.log, body) };
}

/** The log where it stands in the status itself; one with an address is read from there. */
function logIn(log: string | undefined, body: string): { log?: string } {
  if (log === undefined) return { log: body };
  if (!jsonPathForm.test(log)) return {};
  const value = valueAt(body, log);
  if (value === undefined || value === null) return {};
  if (Array.isArray(value) && value.every((line) => typeof line === "string")) return { log: value.join("\n") };
  return { log: typeof value === "string" ? value : JSON.stringify(value, null, 2) };
}
