import { describe, expect, it } from "vitest";
import { eventKinds } from "@/lib/pipeline/notify/event-kind";
import { messageOf, type Occurrence } from "@/lib/pipeline/notify/message-of";
import { nextAttempt } from "@/lib/pipeline/notify/next-attempt";
import { plainText } from "@/lib/pipeline/notify/plain-text";
import { queuedEvents } from "@/lib/pipeline/notify/queued-event";
import { reminderAt } from "@/lib/pipeline/notify/reminder";
import { secretAddress } from "@/lib/pipeline/notify/secret-address";
import { decide } from "@/lib/pipeline/promotion/decide";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import { aPlan, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { aRequest, arjun, rita, startedAt } from "@/lib/pipeline/promotion/testing/some-input";

const origin = "https://waybill.example.com";
const requested = decide(undefined, aRequest(aPlan()), startedAt);
const [request] = requested.kind === "decision" ? requested.entries : [];
if (!request) throw new Error("no request");
const waiting = evolve(undefined, request);

const told = (entry: Entry, kind = entry.kind, promotion: Occurrence["promotion"] = waiting) => {
  const message = messageOf({
    kind: kind as Occurrence["kind"],
    project: "demo",
    entry: { ...entry, seq: 7 },
    promotion,
    origin,
  });
  if ("kind" in message) throw new Error(message.why);
  return message;
};
const entry = (body: object): Entry =>
  ({ at: startedAt, actor: arjun, subject: { promotion: "demo-1", environment: "production" }, ...body }) as Entry;

const cause = { kind: "failed", service: "chat", reason: "CrashLoopBackOff", evidence: [], by: null, at: startedAt };
const bodies: Record<string, object> = {
  "promotion.approved": { person: "idp#arjun", planHash: "x", reason: "looks right" },
  "promotion.rejected": { planHash: "x", why: "not today" },
  "checklist.ticked": { gate: 1, item: 0, text: "on-call told", planHash: "x", person: "idp#arjun" },
  "checklist.unticked": { gate: 1, item: 0, text: "on-call told", planHash: "x", person: "idp#arjun" },
  "promotion.expired": {},
  "promotion.superseded": { supersededBy: "demo-2" },
  "promotion.aborted": { why: "wrong release" },
  "promotion.started": { planHash: "x", verdicts: [] },
  "promotion.succeeded": { services: [] },
  "promotion.rolledBack": { nextStep: "announce another image" },
  "promotion.failed": { cause, nextStep: "look at the pods" },
  "promotion.stuck": { trouble: "the cluster does not answer" },
  "override.requested": { gateKind: "block", reason: "the shop is down", incident: "INC-7" },
  "gate.overridden": { gateKind: "soak", reason: "the shop is down", incident: "INC-7" },
  "override.reviewed": { id: 1, person: "idp#arjun", words: "it was needed" },
  "environment.held": { id: "h", reason: "an incident" },
  "environment.released": { id: "h", why: "it is over" },
  "project.held": { id: "h", reason: "an incident" },
  "project.released": { id: "h", why: "it is over" },
  "digest.blocked": { id: "b", service: "chat", digest: digestOf("a"), reason: "it crashed", nextStep: "fix it" },
  "digest.unblocked": { id: "b", service: "chat", digest: digestOf("a"), why: "it was the node" },
  "drift.detected": { service: "chat", wanted: digestOf("a"), runs: null, changedBy: "kubectl" },
  "policy.proposed": {
    id: "p",
    baseVersion: 3,
    fileHash: "ab",
    environments: ["production"],
    changes: [{ path: "environments[production].gates", kind: "changed" }],
    expiresAt: "2026-03-02T10:00:00.000Z",
  },
  "release.announced": { version: "v9", artifacts: [{ service: "chat", digest: digestOf("a") }] },
};

describe("messageOf", () => {
  it("has words, a link and the moment for every event there is", () => {
    const messages = eventKinds.map((kind) =>
      kind.startsWith("approval.") || kind === "promotion.requested"
        ? told(request, kind as Entry["kind"])
        : told(entry({ kind, data: bodies[kind] })),
    );
    for (const message of messages) {
      expect(message.title).toMatch(/\S/);
      expect(message.summary).toMatch(/\S/);
      expect(message.links[0]?.url).toContain(`${origin}/`);
      expect(message.at).toBe(startedAt);
    }
    expect(messages.map((message) => message.title)).toMatchInlineSnapshot(`
      [
        "Approval asked: backend and chat v1.1.0 → production",
        "Approval expires soon: backend and chat v1.1.0 → production",
        "backend and chat v1.1.0 → production was asked for",
        "backend and chat v1.1.0 → production was approved",
        "backend and chat v1.1.0 → production was rejected",
        "backend and chat v1.1.0 → production had an item ticked",
        "backend and chat v1.1.0 → production had a tick taken back",
        "backend and chat v1.1.0 → production asks for a second person",
        "backend and chat v1.1.0 → production had a gate overridden",
        "backend and chat v1.1.0 → production had an override reviewed",
        "backend and chat v1.1.0 → production expired",
        "backend and chat v1.1.0 → production was superseded",
        "backend and chat v1.1.0 → production was aborted",
        "backend and chat v1.1.0 → production has started",
        "backend and chat v1.1.0 → production succeeded",
        "backend and chat v1.1.0 → production was rolled back",
        "backend and chat v1.1.0 → production failed",
        "backend and chat v1.1.0 → production is stuck",
        "production is held",
        "The hold of production is lifted",
        "demo is held",
        "The hold of demo is lifted",
        "An image of chat is blocked in production",
        "An image of chat may go to production again",
        "chat in production runs something else",
        "v9 is announced",
        "A change of demo's file waits for a second person",
      ]
    `);
  });

  it("tells stakeholders of an outcome what, where, who and why", () => {
    const state = waiting && {
      ...waiting,
      phase: "rolledBack" as const,
      endedAt: startedAt,
      rollouts: [],
      nextStep: "x",
    };
    const failed = state && { ...state, cause: cause as never };
    const message = told(
      entry({ kind: "promotion.rolledBack", data: bodies["promotion.rolledBack"] }),
      undefined,
      failed,
    );
    expect(message).toMatchObject({ title: "backend and chat v1.1.0 → production was rolled back", tone: "bad" });
    expect(message.facts).toEqual(
      expect.arrayContaining([
        { name: "environment", value: "production" },
        { name: "asked by", value: "Rita" },
        { name: "cause", value: "chat: CrashLoopBackOff" },
      ]),
    );
    expect(message.answerable).toBeNull();
  });

  it("calls a person where nothing goes on by itself, and says what to do: urgent, and nothing else is", () => {
    const urgent = eventKinds.filter((kind) => {
      const made = kind.startsWith("approval.") || kind === "promotion.requested";
      return (made ? told(request, kind as Entry["kind"]) : told(entry({ kind, data: bodies[kind] }))).urgent;
    });
    expect(urgent).toEqual(["promotion.stuck"]);
    const message = told(entry({ kind: "promotion.stuck", data: bodies["promotion.stuck"] }));
    expect(message.summary).toContain("Try its way back again, or close it with a reason");
    expect(message.facts).toContainEqual({ name: "reason", value: "the cluster does not answer" });
    expect(message.links.map(({ label }) => label)).toEqual(["Promotion", "production", "Entry 7"]);
  });

  it("asks for a yes to exactly the plan that stands, and to no other", () => {
    if (!waiting) throw new Error("no state");
    const message = told(request, "approval.requested" as Entry["kind"]);
    expect(message.answerable).toEqual({ promotion: "demo-1", planHash: waiting.planHash });
    expect(message.links[0]?.url).toBe(`${origin}/approvals/demo-1?plan=${waiting.planHash}`);
    const replanned = { ...waiting, planHash: "cd".repeat(32) };
    expect(() => told(request, "approval.requested" as Entry["kind"], replanned)).toThrow("another one by then");
    const verdicts = [{ gate: "approval", status: "pass" as const, demand: "", summary: "", evidence: [] }];
    expect(() => told(request, "approval.requested" as Entry["kind"], { ...waiting, verdicts })).toThrow(
      "enough people",
    );
  });

  it("keeps somebody else's words on one line, without what hides or reorders them", () => {
    const nasty = "safe\u202eteg\u0000\r\nBcc: all@example.com\u200b";
    const message = told(entry({ kind: "environment.held", data: { id: "h", reason: nasty } }));
    expect(message.facts.at(-1)?.value).toBe("safe teg Bcc: all@example.com");
    expect(plainText("x".repeat(400))).toHaveLength(300);
  });
});

describe("what is queued", () => {
  const events = (one: Entry) => queuedEvents([{ ...one, seq: 3 }]);

  it("names whoever had to sign the same plan again once", () => {
    const data = { person: "idp#arjun", planHash: waiting?.planHash, reason: null };
    const yes = entry({ kind: "promotion.approved", data });
    const { facts } = told(yes, yes.kind, evolve(evolve(waiting, yes), yes));
    expect(facts.filter(({ name }) => name === "approved by")).toHaveLength(1);
  });

  it("asks and reminds only where the plan asks for an approval", () => {
    expect(events(request).map((one) => one.kind)).toEqual([
      "promotion.requested",
      "approval.requested",
      "approval.expiring",
    ]);
    const plan = aPlan({ gates: [] });
    const free = decide(undefined, aRequest(plan), startedAt);
    const [entryOfFree] = free.kind === "decision" ? free.entries : [];
    expect(entryOfFree && events(entryOfFree).map((one) => one.kind)).toEqual(["promotion.requested"]);
    expect(events(entry({ kind: "gates.evaluated", data: { planHash: "x", verdicts: [] } }))).toEqual([]);
    expect(request.actor).toEqual(rita);
  });

  it.each([
    ["2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z", "2026-03-01T20:00:00.000Z"],
    ["2026-03-01T00:00:00.000Z", "2026-03-08T00:00:00.000Z", "2026-03-07T20:00:00.000Z"],
    ["2026-03-01T00:00:00.000Z", "2026-03-01T01:00:00.000Z", "2026-03-01T00:45:00.000Z"],
    ["2026-03-01T00:00:00.000Z", "2026-03-01T00:10:00.000Z", undefined],
  ])("reminds of what is asked at %s and expires at %s at %s", (asked, expires, at) => {
    expect(reminderAt(asked, expires)).toBe(at);
  });
});

describe("another attempt", () => {
  it.each([
    [1, { retryable: true }, false, { pauseMs: 5_000 }],
    [3, { retryable: true, retryAfterMs: 1_000 }, false, { pauseMs: 120_000 }],
    [1, { retryable: true, retryAfterMs: 900_000 }, false, { pauseMs: 900_000 }],
    [1, { retryable: true, retryAfterMs: 1e12 }, false, { pauseMs: 86_400_000 }],
    [8, { retryable: true }, false, "dead"],
    [1, { retryable: false }, false, "dead"],
    [1, { retryable: true }, true, "dead"],
  ])("after number %i with %j (test: %s) is %j", (attempts, refusal, isTest, next) => {
    expect(nextAttempt(attempts, refusal, isTest)).toEqual(next);
  });
});

describe("a secret that is an address", () => {
  it.each([
    ["https://hooks.slack.com/services/T0/B0/x", true],
    ["http://127.0.0.1:9000/x", true],
    ["http://hooks.example.com/x", false],
    ["https://user:pass@example.com/", false],
    ["postgres://127.0.0.1/x", false],
    ["hunter2", false],
  ])("%s: %s", (text, usable) => {
    expect(secretAddress(text) !== undefined).toBe(usable);
  });
});
