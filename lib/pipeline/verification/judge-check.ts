import { formatDuration } from "@/lib/pipeline/policy/duration";
import { jsonPathForm } from "@/lib/pipeline/policy/http-job";
import type { SmokeTest } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { valueAt } from "@/lib/pipeline/verification/value-at";

/** An endpoint's answer, as far as a check looks at it. */
export interface Answered {
  status: number;
  body: string;
  tookMs: number;
  /** By names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Until when its certificate is valid, ISO 8601; absent where there is none. */
  certificateExpiresAt?: string;
}

/** One look: the endpoint's answer, or why there was none. */
export type Look = ({ kind: "answered" } & Answered) | { kind: "silent"; message: string };

/** So many wrong answers in a row are a failure: one alone may be a pod that was just replaced. */
const failuresMax = 3;

/** What a check's next state is after a look. No answer is unknown: it is never good, and the deadline ends it. */
export function judgeCheck(check: CheckState, expected: SmokeTest, look: Look, now: string): CheckState {
  if (check.status === "passed" && check.kind === "smoke") return check;
  if (look.kind === "silent") {
    return { ...check, status: "unknown", since: check.status === "unknown" ? check.since : now, found: look.message };
  }
  const wrong = answerProblem(expected, look, now);
  if (wrong !== undefined) {
    const failures = check.failures + 1;
    const status = failures >= failuresMax ? "failed" : "waiting";
    return { ...check, status, failures, since: check.status === status ? check.since : now, found: wrong };
  }
  const right = check.status === "holding" || check.status === "good";
  const since = right ? check.since : now;
  const found = `answered ${look.status}`;
  if (Date.parse(now) - Date.parse(since) < (expected.forMs ?? 0)) {
    return { ...check, status: "holding", failures: 0, since, found };
  }
  // A health endpoint is watched to the end; a smoke test that held is done.
  return { ...check, status: check.kind === "smoke" ? "passed" : "good", failures: 0, since, found };
}

/** What is wrong with an answer; undefined where it is as expected. */
export function answerProblem(expected: SmokeTest, answer: Answered, now: string): string | undefined {
  if (answer.status !== expected.status) return `answered ${answer.status}, not ${expected.status}`;
  return contentProblem(expected, answer.body) ?? transportProblem(expected, answer, now);
}

/** What is wrong beside the content: how long it took, its headers, its certificate. What is not there is wrong. */
function transportProblem(expected: SmokeTest, answer: Answered, now: string): string | undefined {
  const { latencyMsMax, headers = {}, certificateMsMin } = expected;
  if (latencyMsMax !== undefined && answer.tookMs > latencyMsMax) {
    return `took ${answer.tookMs} ms, more than ${latencyMsMax} ms`;
  }
  for (const [name, part] of Object.entries(headers)) {
    const value = answer.headers[name];
    if (value === undefined) return `its answer has no header ${name}`;
    if (part !== "*" && !value.includes(part)) return `its header ${name} does not hold ${JSON.stringify(part)}`;
  }
  if (certificateMsMin === undefined) return undefined;
  if (answer.certificateExpiresAt === undefined) return "its certificate was not seen";
  const leftMs = Date.parse(answer.certificateExpiresAt) - Date.parse(now);
  if (leftMs >= certificateMsMin) return undefined;
  return `its certificate ends at ${answer.certificateExpiresAt}, in less than ${formatDuration(certificateMsMin)}`;
}

function contentProblem(expected: SmokeTest, body: string): string | undefined {
  if (expected.jsonPath === undefined) return undefined;
  if (!jsonPathForm.test(expected.jsonPath)) return `${expected.jsonPath} is no path into its answer`;
  const value = valueAt(body, expected.jsonPath);
  if (value === undefined) return `its answer has nothing at ${expected.jsonPath}`;
  if (expected.equals === undefined || value === expected.equals) return undefined;
  return `${expected.jsonPath} is ${JSON.stringify(value)?.slice(0, 80).toWellFormed()}, not ${JSON.stringify(expected.equals)}`;
}
