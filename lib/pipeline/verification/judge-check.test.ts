import { describe, expect, it } from "vitest";
import type { SmokeTest } from "@/lib/pipeline/policy/verification";
import { later } from "@/lib/pipeline/promotion/decision";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { type Answered, judgeCheck, type Look } from "@/lib/pipeline/verification/judge-check";

const t0 = "2026-03-01T10:00:00.000Z";
const check = (extra: Partial<CheckState> = {}): CheckState => ({
  id: "backend:health:0",
  kind: "health",
  service: "backend",
  title: "health",
  status: "waiting",
  since: t0,
  failures: 0,
  found: "not looked yet",
  ...extra,
});
const expected = (extra: Partial<SmokeTest> = {}): SmokeTest => ({ url: "https://x.example", status: 200, ...extra });
const answer = (status: number, body = "", more: Partial<Answered> = {}): Look => ({
  ...{ kind: "answered", status, body, tookMs: 20, headers: { "content-type": "application/json; charset=utf-8" } },
  ...more,
});
const silent: Look = { kind: "silent", message: "no route to host" };

/** What becomes of a check over several looks, a second apart. */
function follow(start: CheckState, policy: SmokeTest, looks: Look[]): CheckState[] {
  let current = start;
  return looks.map((look, index) => {
    current = judgeCheck(current, policy, look, later(t0, (index + 1) * 1_000));
    return current;
  });
}
const statuses = (states: CheckState[]) => states.map((one) => one.status);

describe("a check that must hold", () => {
  it("holds until its time is over, and is good from then on", () => {
    const states = follow(check(), expected({ forMs: 2_000 }), Array(4).fill(answer(200)));
    expect(statuses(states)).toEqual(["holding", "holding", "good", "good"]);
    expect(states[3]?.since).toBe(later(t0, 1_000));
  });

  it("begins anew after a wrong answer, and after none", () => {
    const policy = expected({ forMs: 1_000 });
    const wrong = follow(check(), policy, [answer(200), answer(503), answer(200), answer(200)]);
    expect(statuses(wrong)).toEqual(["holding", "waiting", "holding", "good"]);
    const none = follow(check(), policy, [answer(200), silent, answer(200), answer(200)]);
    expect(statuses(none)).toEqual(["holding", "unknown", "holding", "good"]);
  });

  it("is good at once where it need not hold", () => {
    expect(statuses(follow(check(), expected(), [answer(200)]))).toEqual(["good"]);
  });
});

describe("a check that goes wrong", () => {
  it("fails at the third wrong answer in a row, and says what it was", () => {
    const states = follow(check(), expected(), [answer(500), answer(502), answer(503)]);
    expect(statuses(states)).toEqual(["waiting", "waiting", "failed"]);
    expect(states[2]).toMatchObject({ failures: 3, found: "answered 503, not 200" });
  });

  it("counts in a row: one right answer forgives", () => {
    const states = follow(check(), expected(), [answer(500), answer(500), answer(200), answer(500), answer(500)]);
    expect(statuses(states)).toEqual(["waiting", "waiting", "good", "waiting", "waiting"]);
  });

  it("does not take silence for a wrong answer, nor for forgiveness", () => {
    const states = follow(check(), expected(), [answer(500), answer(500), silent, silent, silent, answer(500)]);
    expect(statuses(states)).toEqual(["waiting", "waiting", "unknown", "unknown", "unknown", "failed"]);
    expect(states[4]).toMatchObject({ found: "no route to host", since: later(t0, 3_000) });
  });

  it("takes a redirect for what it is: another status", () => {
    expect(follow(check(), expected(), [answer(302)])[0]?.found).toBe("answered 302, not 200");
  });
});

describe("a smoke test", () => {
  const smoke = check({ id: "backend:smoke:0", kind: "smoke" });
  it("is done when it held, and is not undone by what comes later", () => {
    const states = follow(smoke, expected(), [answer(200), answer(500), silent]);
    expect(statuses(states)).toEqual(["passed", "passed", "passed"]);
  });

  const bodies: [string, Partial<SmokeTest>, string, string | undefined][] = [
    ["the value is right", { jsonPath: "$.status", equals: "ok" }, `{"status":"ok"}`, undefined],
    ["the value is wrong", { jsonPath: "$.status", equals: "ok" }, `{"status":"down"}`, `$.status is "down", not "ok"`],
    ["the type is wrong", { jsonPath: "$.count", equals: 1 }, `{"count":"1"}`, `$.count is "1", not 1`],
    ["false is asked for and there", { jsonPath: "$.readOnly", equals: false }, `{"readOnly":false}`, undefined],
    [
      "a list is looked into",
      { jsonPath: "$.checks[1].state", equals: "up" },
      `{"checks":[{},{"state":"up"}]}`,
      undefined,
    ],
    ["the value is missing", { jsonPath: "$.a.b" }, `{"a":{}}`, "its answer has nothing at $.a.b"],
    ["it is inherited, not there", { jsonPath: "$.constructor" }, "{}", "its answer has nothing at $.constructor"],
    ["it is null where anything will do", { jsonPath: "$.a" }, `{"a":null}`, undefined],
    ["it is null where a value is asked", { jsonPath: "$.a", equals: "x" }, `{"a":null}`, `$.a is null, not "x"`],
    ["the body is no JSON", { jsonPath: "$.a" }, "<html>", "its answer has nothing at $.a"],
    ["the body is empty", { jsonPath: "$" }, "", "its answer has nothing at $"],
    ["the path is none", { jsonPath: "$..a" }, `{"a":1}`, "$..a is no path into its answer"],
  ];
  it.each(bodies)("where %s", (_, policy, body, found) => {
    const [state] = follow(smoke, expected(policy), [answer(200, body)]);
    expect(state?.status).toBe(found === undefined ? "passed" : "waiting");
    if (found !== undefined) expect(state?.found).toBe(found);
  });

  it("keeps what it tells short", () => {
    const body = JSON.stringify({ a: "x".repeat(10_000) });
    const [state] = follow(smoke, expected({ jsonPath: "$.a", equals: "y" }), [answer(200, body)]);
    expect(state?.found.length).toBeLessThan(120);
  });
});

describe("beside its content", () => {
  const first = (policy: Partial<SmokeTest>, more: Partial<Answered> = {}) =>
    follow(check(), expected(policy), [answer(200, "", more)])[0];

  it.each([
    [{ latencyMsMax: 500 }, { tookMs: 501 }, "took 501 ms, more than 500 ms"],
    [{ headers: { "x-request-id": "*" } }, {}, "its answer has no header x-request-id"],
    [{ headers: { "content-type": "text/html" } }, {}, 'its header content-type does not hold "text/html"'],
    [{ certificateMsMin: 86_400_000 }, {}, "its certificate was not seen"],
    [
      { certificateMsMin: 86_400_000 },
      { certificateExpiresAt: later(t0, 86_400_000) },
      `its certificate ends at ${later(t0, 86_400_000)}, in less than 1d`,
    ],
  ])("with %j an answer of %j is wrong", (policy, more, found) => {
    expect(first(policy, more)).toMatchObject({ status: "waiting", failures: 1, found });
  });

  it("an answer that took no longer, has the headers and a certificate for long enough is right", () => {
    const policy = {
      ...{ latencyMsMax: 500, certificateMsMin: 86_400_000 },
      headers: { "content-type": "application/json", "x-request-id": "*" },
    };
    const more = {
      ...{ tookMs: 500, certificateExpiresAt: later(t0, 2 * 86_400_000) },
      headers: { "content-type": "application/json", "x-request-id": "7" },
    };
    expect(first(policy, more)).toMatchObject({ status: "good" });
  });
});
