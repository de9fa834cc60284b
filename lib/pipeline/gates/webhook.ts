import type { GateInput, OutsideFact, Verdict } from "@/lib/pipeline/gates/gate";
import { retryMsDefault, type WebhookAnswer } from "@/lib/pipeline/gates/webhook-answer";
import { type WebhookConfig, webhookDemand, webhookHost } from "@/lib/pipeline/gates/webhook-config";
import { formatDuration } from "@/lib/pipeline/policy/duration";

/** So much later than it was due an answer may be asked for before the one before it is too old to go by. */
const lateMs = 10 * 60_000;

/**
 * What an outside system answers of exactly this plan. Only its yes opens, and only for as long as it counts; no answer,
 * one that cannot be read and one that is too old are unknown. `gate` is its place in the plan.
 */
export function evaluateWebhook(
  config: WebhookConfig & { kind: "webhook" },
  { evidence: { webhooks: facts }, now }: GateInput,
  gate: number,
): Verdict {
  const host = webhookHost(config);
  const base = { gate: "webhook", demand: webhookDemand(config), evidence: [{ name: "asked", value: host }] };
  const whoCanAct = `whoever answers at ${host}`;
  if (!facts) return { ...base, status: "unknown", summary: `it is not known what ${host} says` };
  // The first question is due at once: whoever requested it did not ask.
  const soon = { nextEvaluationAt: now, whoCanAct };
  if (!facts.requested) return { ...base, status: "wait", summary: `${host} is asked once it is requested`, ...soon };
  const fact = facts.answers.find((one) => one.gate === gate)?.fact;
  if (!fact) return { ...base, status: "unknown", summary: `${host} has not been asked yet`, ...soon };
  if (fact.value === undefined) {
    const said = fact.trouble === undefined ? {} : { said: fact.trouble };
    return { ...base, status: "unknown", summary: `no answer of ${host}`, ...said, whoCanAct };
  }
  return { ...base, ...judge(config, host, { ...fact, value: fact.value }, now), whoCanAct };
}

type Answered = OutsideFact<WebhookAnswer> & { value: WebhookAnswer };

function judge(
  { passForMs }: WebhookConfig,
  host: string,
  { value, observedAt }: Answered,
  now: string,
): Pick<Verdict, "status" | "summary" | "evidence" | "said" | "nextEvaluationAt"> {
  const { result, message } = value;
  const ageMs = Date.parse(now) - Date.parse(observedAt);
  const countsMs = result === "pass" ? passForMs : (value.retryAfterMs ?? retryMsDefault) + lateMs;
  const threshold = `${formatDuration(passForMs)} old at most`;
  const evidence = [
    { name: "asked", value: host },
    { name: "answer", value: `${result}, ${observedAt}`, ...(result === "pass" ? { threshold } : {}) },
  ];
  const said = message === null ? {} : { said: message };
  const asked = { evidence, ...said };
  const next = (ms: number) => new Date(Date.parse(observedAt) + ms).toISOString();
  // A no is an answer that somebody gave; it does not turn into a yes by growing old.
  if (result === "fail") return { ...asked, status: "fail", summary: `${host} says no${colon(message)}` };
  // NaN compares false: an unreadable moment is too old.
  if (!(ageMs <= countsMs)) return { ...asked, status: "unknown", summary: `the answer of ${host} is too old` };
  switch (result) {
    case "pass":
      return { ...asked, status: "pass", summary: `${host} says yes`, nextEvaluationAt: next(passForMs * 0.8) };
    case "wait":
      return {
        ...asked,
        ...{ status: "wait", summary: `${host} says wait`, nextEvaluationAt: next(countsMs - lateMs) },
      };
    case "silence":
      return {
        ...asked,
        ...{ status: "unknown", summary: `no answer of ${host}`, nextEvaluationAt: next(countsMs - lateMs) },
      };
    default:
      return result satisfies never;
  }
}

function colon(message: string | null): string {
  return message === null ? "" : `: ${message}`;
}
