import { describe, expect, it } from "vitest";
import type { GateEvidence, OutsideFact, Verdict } from "@/lib/pipeline/gates/gate";
import { evaluateWebhook } from "@/lib/pipeline/gates/webhook";
import {
  readWebhookAnswer,
  UnreadableAnswer,
  type WebhookAnswer,
  webhookFreshMs,
} from "@/lib/pipeline/gates/webhook-answer";
import { webhookConfig } from "@/lib/pipeline/gates/webhook-config";
import { later } from "@/lib/pipeline/promotion/decision";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";

const answeredAt = "2026-03-10T10:00:00.000Z";
const config = {
  kind: "webhook" as const,
  ...webhookConfig.parse({ url: "https://change.example.com/check", secret: "env:CHANGE_SECRET" }),
};
const answer = (result: WebhookAnswer["result"], more: Partial<WebhookAnswer> = {}): OutsideFact<WebhookAnswer> => ({
  value: { result, message: null, retryAfterMs: null, ...more },
  observedAt: answeredAt,
});

function judge(
  fact: OutsideFact<WebhookAnswer> | undefined,
  afterMs = 60_000,
  webhooks?: GateEvidence["webhooks"],
): Verdict {
  const known = webhooks ?? { requested: true, answers: [{ gate: 2, ...(fact ? { fact } : {}) }] };
  const input = { plan: aPlan({ gates: [config] }), evidence: { webhooks: known }, now: later(answeredAt, afterMs) };
  return evaluateWebhook(config, input, 2);
}
const minute = 60_000;

describe("what an outside system answered", () => {
  const table: [string, OutsideFact<WebhookAnswer> | undefined, number, Verdict["status"], string][] = [
    ["yes", answer("pass"), minute, "pass", "change.example.com says yes"],
    ["yes, just as long ago as it counts", answer("pass"), 15 * minute, "pass", "says yes"],
    ["yes, longer ago", answer("pass"), 15 * minute + 1, "unknown", "the answer of change.example.com is too old"],
    ["no", answer("fail"), minute, "fail", "change.example.com says no"],
    [
      "no, with why",
      answer("fail", { message: "CHG-7 is not approved" }),
      minute,
      "fail",
      "says no: CHG-7 is not approved",
    ],
    ["no, long ago", answer("fail"), 600 * minute, "fail", "says no"],
    ["wait", answer("wait", { retryAfterMs: 30_000 }), minute, "wait", "change.example.com says wait"],
    ["wait, and was not asked again for long", answer("wait"), 12 * minute, "unknown", "too old"],
    [
      "nothing, and to come back",
      answer("silence", { message: "answered 503" }),
      minute,
      "unknown",
      "no answer of change",
    ],
    ["nothing", { trouble: "gave no answer", observedAt: answeredAt }, minute, "unknown", "no answer of change"],
    ["nothing yet", undefined, minute, "unknown", "has not been asked yet"],
    ["yes, at a moment that is none", { ...answer("pass"), observedAt: "yesterday" }, minute, "unknown", "too old"],
  ];
  it.each(table)("%s", (_, fact, afterMs, status, summary) => {
    const verdict = judge(fact, afterMs);
    expect(verdict).toMatchObject({ gate: "webhook", status, demand: "a yes of change.example.com, 15m old at most" });
    expect(verdict.summary).toContain(summary);
  });

  it("is asked once it is requested, and unknown where nobody looked", () => {
    expect(judge(undefined, 0, { requested: false, answers: [] })).toMatchObject({
      ...{ status: "wait", summary: "change.example.com is asked once it is requested" },
    });
    const blind = { plan: aPlan({ gates: [config] }), evidence: {}, now: answeredAt };
    expect(evaluateWebhook(config, blind, 0).status).toBe("unknown");
  });

  it("to another gate of the plan is no answer to this one", () => {
    const others = { requested: true, answers: [{ gate: 1, fact: answer("pass") }] };
    expect(judge(undefined, minute, others).status).toBe("unknown");
  });

  it("stands in the verdict in its own words, apart from the summary, with when it is asked again", () => {
    const verdict = judge(answer("wait", { message: "3 of 5 signed", retryAfterMs: 120_000 }));
    expect(verdict).toMatchObject({
      summary: "change.example.com says wait",
      said: "3 of 5 signed",
      nextEvaluationAt: later(answeredAt, 120_000),
      whoCanAct: "whoever answers at change.example.com",
    });
    expect(judge(answer("pass")).evidence).toEqual([
      { name: "asked", value: "change.example.com" },
      { name: "answer", value: `pass, ${answeredAt}`, threshold: "15m old at most" },
    ]);
  });
});

describe("an answer that is read", () => {
  it.each<[string, WebhookAnswer]>([
    ['{"result":"pass"}', { result: "pass", message: null, retryAfterMs: null }],
    [
      '{"result":"wait","message":"soon","retryAfterSeconds":90}',
      { result: "wait", message: "soon", retryAfterMs: 90_000 },
    ],
    ['{"result":"wait","retryAfterSeconds":0}', { result: "wait", message: null, retryAfterMs: 10_000 }],
    ['{"result":"wait","retryAfterSeconds":86400}', { result: "wait", message: null, retryAfterMs: 3_600_000 }],
    ['{"result":"fail","message":"  "}', { result: "fail", message: null, retryAfterMs: null }],
    ['{"result":"fail","message":"a\\nb\\u202ec"}', { result: "fail", message: "a b\ufffdc", retryAfterMs: null }],
  ])("%s", (body, read) => {
    expect(readWebhookAnswer(body)).toEqual(read);
  });

  it("is shown with 300 characters of its words", () => {
    const body = JSON.stringify({ result: "fail", message: "x".repeat(2_000) });
    expect(readWebhookAnswer(body).message).toBe("x".repeat(300));
  });

  it.each([
    "",
    "pass",
    "null",
    "[]",
    '"pass"',
    "{}",
    '{"result":"PASS"}',
    '{"result":true}',
    '{"result":["pass"]}',
    '{"result":"pass","result2":"fail"}',
    '{"result":"pass","error":"denied"}',
    '{"result":"pass","message":5}',
    '{"result":"pass","retryAfterSeconds":"5"}',
    '{"result":"pass","retryAfterSeconds":-1}',
    '{"result":"pass"} ok',
    '{"Result":"pass"}',
    `{"result":"wait","message":"${"x".repeat(2_001)}"}`,
  ])("but not %j", (body) => {
    expect(() => readWebhookAnswer(body)).toThrow(UnreadableAnswer);
  });
});

it("is asked for again before a yes ends, and when a system that waits said so", () => {
  const fresh = (fact: OutsideFact<WebhookAnswer>) => webhookFreshMs(fact.value as WebhookAnswer, config.passForMs);
  expect(fresh(answer("pass"))).toBe(12 * minute);
  expect(fresh(answer("wait"))).toBe(minute);
  expect(fresh(answer("wait", { retryAfterMs: 300_000 }))).toBe(300_000);
  expect(fresh(answer("silence", { retryAfterMs: 20_000 }))).toBe(20_000);
});
