import { describe, expect, it } from "vitest";
import { verification as schema } from "@/lib/pipeline/policy/verification";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { checksAgain, demandsAgain, judgeAgain, looksMax } from "@/lib/pipeline/verification/again";
import { judgeCheck } from "@/lib/pipeline/verification/judge-check";

const now = "2026-03-01T10:00:00.000Z";
const place = { project: "veza", environment: "staging", service: "api", namespace: "veza-staging", workload: "api" };
const facts = { version: "v1", ...place, digest: digestOf("a") };

describe("the checks of what runs", () => {
  it("are the digest and the policy's endpoints, with their addresses filled in", () => {
    const policy = {
      health: [{ url: "http://{service}/{environment}", status: 200, forMs: 9e5 }],
      smoke: [],
      watchMs: 0,
    };
    const [digest, health, ...more] = checksAgain(facts, policy, now);
    expect(more).toEqual([]);
    expect(digest?.kind).toBe("digest");
    expect(health).toMatchObject({ kind: "endpoint", url: "http://api/staging", expected: { status: 200 } });
    // What must hold for a quarter of an hour after a rollout is right at the first look here.
    if (health?.kind !== "endpoint") throw new Error("an endpoint");
    const answered = { kind: "answered", status: 200, body: "", tookMs: 20, headers: {} } as const;
    expect(judgeCheck(health.state, health.expected, answered, now).status).toBe("good");
  });
});

describe("all that a verification makes", () => {
  const metric = (name: string, more: object) => ({ name, connection: "metrics", query: "q", ...more });
  const policy = schema.parse({
    smoke: [{ job: { start: "https://ci.example.com/{version}", state: "$.s", succeeded: "ok", failed: "bad" } }],
    metrics: [
      metric("errors", { max: "5%", for: "2m", consecutive: 10 }),
      metric("latency", { max: "1.2x", window: "15m" }),
      { name: "both", connection: "metrics", canary: "a", baseline: "b", max: "1.2x", window: "15m" },
      metric("tried", { max: 1, dryRun: true }),
    ],
    rollBackWhen: [
      { metric: "errors", above: "20%", for: "1m" },
      { metric: "latency", above: "2x" },
      { restarts: 3, within: "5m" },
      { probeFailures: "50%", for: "1m" },
      { webhook: "breaker" },
    ],
  });
  const checks = checksAgain(facts, policy, now);

  it("is there: jobs, metrics and triggers too, and what needs a rollout says why it decides nothing", () => {
    expect(checks.map(({ kind, state }) => [kind, state.id, state.dryRun ? state.found : ""])).toEqual([
      ["digest", "api:digest", ""],
      ["job", "api:job:0", ""],
      ["measured", "api:metric:0", ""],
      ["measured", "api:metric:1", "it compares with the time before a rollout, and now there is none"],
      ["measured", "api:metric:2", ""],
      ["measured", "api:metric:3", "not measured yet"],
      ["measured", "api:trigger:0", ""],
      ["measured", "api:trigger:1", "it compares with the time before a rollout, and now there is none"],
      ["measured", "api:trigger:2", "it counts restarts from one look to the next, and this is one look"],
      ["measured", "api:trigger:3", ""],
      ["measured", "api:trigger:4", "it is reported while a release is in flight, and now none is"],
    ]);
    expect(checks[1]?.state.title).toBe("job https://ci.example.com/v1");
  });

  it("is asked once: nothing must hold for a time, and no more wrong looks than are made", () => {
    const { metrics = [], rollBackWhen = [] } = demandsAgain(policy);
    expect(metrics.map(({ forMs, consecutive }) => [forMs, consecutive])).toEqual([
      [undefined, looksMax],
      [undefined, 1],
      [undefined, 1],
      [undefined, 1],
    ]);
    const held = rollBackWhen.map((one) => ("forMs" in one ? one.forMs : undefined));
    expect(held).toEqual([0, undefined, undefined, 0, undefined]);
  });
});

describe("what they say", () => {
  const job = (status: CheckState["status"], isOver?: true): CheckState => ({
    ...{ service: "api", kind: "job", since: now, failures: 0, found: "no end within 10m", id: "api:job:0" },
    ...{ title: "job /runs", status, job: { askedAt: now, ...(isOver ? { isOver } : {}) } },
  });

  it("waits for jobs alone as long as they take; of one that nobody can tell about any more, neither can this", () => {
    for (const status of ["waiting", "unknown"] as const) {
      expect(judgeAgain([check("good"), job(status)], 9)).toEqual({ kind: "awaitJobs" });
      expect(judgeAgain([check("waiting"), job(status)], 1).kind).toBe("lookAgain");
    }
    expect(judgeAgain([check("good"), job("passed", true)], 1)).toEqual({ kind: "passed" });
    expect(judgeAgain([job("failed", true)], 1).kind).toBe("failed");
    const reason = "job /runs: no end within 10m";
    expect(judgeAgain([check("good"), job("unknown", true)], 1)).toEqual({ kind: "errored", reason });
  });

  it("passes over what decides nothing", () => {
    const measured: CheckState = { ...check("failed"), dryRun: true };
    expect(judgeAgain([check("good"), measured, { ...measured, status: "unknown" }], 1)).toEqual({ kind: "passed" });
  });

  const check = (status: CheckState["status"]): CheckState => {
    const base = { service: "api", kind: "health" as const, since: now, failures: 0, found: "answered 500, not 200" };
    return { ...base, id: "api:health:0", title: "health answers 200", status };
  };
  const table: [CheckState["status"][], number, string][] = [
    [["good"], 1, "passed"],
    [["good", "passed"], 1, "passed"],
    [["good", "waiting"], 1, "lookAgain"],
    [["good", "unknown"], looksMax - 1, "lookAgain"],
    [["good", "unknown"], looksMax, "errored"],
    [["waiting"], looksMax, "errored"],
    [["holding"], looksMax, "errored"],
    [["failed", "unknown"], 1, "failed"],
    [["unknown", "failed"], looksMax, "failed"],
  ];
  it.each(table)("%j after %i: %s", (statuses, looks, expected) => {
    expect(judgeAgain(statuses.map(check), looks).kind).toBe(expected);
  });

  it("names what was wrong", () => {
    const reason = "health answers 200: answered 500, not 200";
    expect(judgeAgain([check("good"), check("failed")], 1)).toEqual({ kind: "failed", reason });
  });
});
