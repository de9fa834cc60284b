import { describe, expect, it } from "vitest";
import type { CheckFact, Verdict } from "@/lib/pipeline/gates/gate";
import { evaluateTests } from "@/lib/pipeline/gates/tests";
import { testsConfig } from "@/lib/pipeline/gates/tests-config";
import { aPlan, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const now = "2026-03-10T10:00:00.000Z";
const backendAlone = aPlan({ services: aPlan().services.slice(0, 1) });

const report = (status: CheckFact["status"], more: Partial<CheckFact> = {}): CheckFact => ({
  ...{ name: "e2e", digest: digestOf("a"), environment: "production", status, summary: null, url: null },
  ...{ reportedBy: "ci", reportedAt: "2026-03-10T09:00:00.000Z", ...more },
});

function judge(checks: CheckFact[] | undefined, config: object = {}, plan = backendAlone, at = now): Verdict {
  const parsed = testsConfig.parse({ checks: ["e2e"], ...config });
  return evaluateTests({ kind: "tests", ...parsed }, { plan, evidence: checks ? { checks } : {}, now: at });
}

describe("a check of one digest", () => {
  const table: [string, CheckFact[], Verdict["status"], string][] = [
    ["passed", [report("passed")], "pass", "every check has passed"],
    ["failed", [report("failed")], "fail", "e2e failed in production"],
    [
      "failed, with what was found",
      [report("failed", { summary: "3 of 40" })],
      "fail",
      "e2e failed in production: 3 of 40",
    ],
    ["queued", [report("queued")], "wait", "e2e is queued in production"],
    ["running", [report("running")], "wait", "e2e is running in production"],
    ["not reported", [], "unknown", "e2e was not reported for production"],
    ["reported of another digest", [report("passed", { digest: digestOf("c") })], "unknown", "e2e was not reported"],
    ["reported of another environment", [report("passed", { environment: "staging" })], "unknown", "not reported"],
    ["another one", [report("passed", { name: "e2e-fast" })], "unknown", "e2e was not reported"],
  ];
  it.each(table)("%s", (_, checks, status, summary) => {
    const verdict = judge(checks);
    expect(verdict).toMatchObject({ gate: "tests", status, demand: "e2e passed in production" });
    expect(verdict.summary).toContain(summary);
    if (status !== "pass") expect(verdict.whoCanAct).toBe("whoever reports checks for production");
  });

  it("that nobody could look for is unknown", () => {
    expect(judge(undefined).status).toBe("unknown");
  });

  it("says by whom, when, and where the run is", () => {
    const url = "https://ci.example.com/runs/7";
    expect(judge([report("passed", { url, summary: "40 of 40" })]).evidence).toEqual([
      { name: "e2e", value: "passed: 40 of 40, reported by ci, 2026-03-10T09:00:00.000Z", url },
    ]);
  });

  it("in the environment that the gate names", () => {
    const verdict = judge([report("passed", { environment: "staging" })], { in: "staging" });
    expect(verdict).toMatchObject({ status: "pass", demand: "e2e passed in staging" });
  });
});

describe("how old a report may be", () => {
  const config = { maxAge: "1h" };
  it.each([
    ["2026-03-10T10:00:00.000Z", "pass"],
    ["2026-03-10T10:00:00.001Z", "unknown"],
  ])("at %s it is %s", (at, status) => {
    expect(judge([report("passed")], config, backendAlone, at).status).toBe(status);
  });

  it("says when it will be too old, and what it asks for", () => {
    const verdict = judge([report("passed")], config);
    expect(verdict.nextEvaluationAt).toBe("2026-03-10T10:00:00.001Z");
    expect(verdict).toMatchObject({
      demand: "e2e passed in production, within 1h",
      evidence: [{ threshold: "1h old at most" }],
    });
  });

  it("makes an old no unknown too, and a run that never ended", () => {
    for (const status of ["failed", "running"] as const) {
      const verdict = judge([report(status)], config, backendAlone, "2026-03-10T12:00:00.000Z");
      expect(verdict).toMatchObject({ status: "unknown", summary: expect.stringContaining("too old") });
      expect(verdict.nextEvaluationAt).toBeUndefined();
    }
  });
});

describe("several checks of several services", () => {
  const plan = aPlan({
    services: aPlan().services.map((one, index) => ({
      ...one,
      to: { ...one.to, digest: digestOf("ac"[index] ?? "") },
    })),
  });
  const of = (name: string, hex: string, status: CheckFact["status"]) =>
    report(status, { name, digest: digestOf(hex) });
  const config = { checks: ["e2e", "load"] };
  const passed = [of("e2e", "a", "passed"), of("load", "a", "passed"), of("e2e", "c", "passed")];

  it.each<[string, CheckFact[], Verdict["status"], string]>([
    ["all passed", [...passed, of("load", "c", "passed")], "pass", "every check has passed"],
    ["one is missing", passed, "unknown", "load of chat was not reported for production"],
    ["one runs", [...passed, of("load", "c", "running")], "wait", "load of chat is running in production"],
    [
      "one failed and one is missing",
      [of("e2e", "a", "failed"), of("e2e", "c", "passed")],
      "fail",
      "e2e of backend failed",
    ],
    ["one runs and one is missing", [of("e2e", "a", "running")], "unknown", "e2e of backend is running"],
  ])("%s", (_, checks, status, summary) => {
    const verdict = judge(checks, config, plan);
    expect(verdict.status).toBe(status);
    expect(verdict.summary).toContain(summary);
    expect(verdict.evidence).toHaveLength(4);
  });
});
