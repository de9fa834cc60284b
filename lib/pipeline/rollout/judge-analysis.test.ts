import { describe, expect, it } from "vitest";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { judgeAnalysis } from "@/lib/pipeline/rollout/judge-analysis";

const check = (more: Partial<CheckState>): CheckState => ({
  id: "backend:analyse-1:metric:0",
  kind: "metric",
  service: "backend",
  title: "error rate at most 5 %",
  status: "good",
  since: "2026-06-01T12:00:00Z",
  failures: 0,
  found: "0.2 %",
  outcome: "pass",
  ...more,
});
const trigger = (more: Partial<CheckState>): CheckState => {
  const { outcome: _, ...rest } = check({ kind: "trigger", title: "goes back when 3 restarts within 5m", ...more });
  return rest;
};
const share = { weight: 25, forMs: 60_000 };

describe("a share of the requests", () => {
  it("goes on only when its time is over and everything passed", () => {
    const checks = [check({}), trigger({})];
    expect(judgeAnalysis(checks, share, 59_000)).toEqual({
      kind: "watching",
      words: "canary at 25 %: 1 of 1 metric passes",
      leftMs: 1000,
    });
    expect(judgeAnalysis(checks, share, 60_000)).toEqual({
      kind: "passed",
      words: "canary at 25 %: 1 of 1 metric passes",
    });
  });

  it.each([
    ["a metric without an answer", [check({ status: "unknown", outcome: "inconclusive", found: "no data" })], true],
    [
      "a metric that was never judged",
      [check({ status: "waiting", outcome: undefined, found: "not measured yet" })],
      false,
    ],
    ["a metric that has not held for long enough", [check({ status: "holding" })], false],
    ["a trigger that nobody can tell", [check({}), trigger({ status: "unknown", found: "no pod was seen" })], true],
    ["nothing that decides", [check({ dryRun: true })], true],
    ["nothing at all", [], true],
  ])("is inconclusive with %s", (_, checks, isUnknown) => {
    expect(judgeAnalysis(checks, share, 60_000)).toMatchObject({ kind: "inconclusive", isUnknown });
  });

  it("fails at once, before its time, and not for a dry run", () => {
    const bad = check({ status: "failed", outcome: "fail", found: "35 %" });
    expect(judgeAnalysis([bad, trigger({})], share, 1000)).toMatchObject({
      kind: "failed",
      words: "error rate at most 5 %: 35 %",
    });
    expect(judgeAnalysis([check({}), trigger({ status: "failed" })], share, 1000)).toMatchObject({ kind: "failed" });
    expect(judgeAnalysis([check({}), { ...bad, dryRun: true }], share, 60_000)).toMatchObject({ kind: "passed" });
  });
});
