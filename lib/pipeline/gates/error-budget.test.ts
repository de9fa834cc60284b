import { describe, expect, it } from "vitest";
import { evaluateErrorBudget, readBudget } from "@/lib/pipeline/gates/error-budget";
import { errorBudgetConfig } from "@/lib/pipeline/gates/error-budget-config";
import type { ErrorBudget, EventCounts } from "@/lib/pipeline/gates/gate";
import { aPlan, aService } from "@/lib/pipeline/promotion/testing/a-plan";

const now = "2026-03-01T10:00:00.000Z";
const service = "backend";
const plan = aPlan({ services: [aService(service)] });
const counts = (good: number | null, total: number | null): EventCounts => ({ good, total });
const budget = (window: EventCounts, hour = counts(1000, 1000), more: Partial<ErrorBudget> = {}): ErrorBudget => ({
  ...{ slo: "availability", service, targetPercent: 99.9 },
  fact: { value: { window, hour }, observedAt: now },
  ...more,
});
const config = (given: object = {}) => {
  return { kind: "errorBudget" as const, ...errorBudgetConfig.parse({ slo: "availability", ...given }) };
};
const judge = (errorBudgets: ErrorBudget[] | undefined, given: object = {}) =>
  evaluateErrorBudget(config(given), { plan, evidence: errorBudgets ? { errorBudgets } : {}, now });

describe("a budget", () => {
  it.each([
    [100_000, 100_000, 1],
    [99_950, 100_000, 0.5],
    [99_900, 100_000, 0],
    [99_800, 100_000, -1],
    // More good than total: counters were reset; never more than all of it.
    [100_100, 100_000, 1],
  ])("of 99.9 % with %d good of %d has %d left", (good, total, left) => {
    const reading = readBudget(budget(counts(good, total)), now);
    expect(typeof reading === "string" ? reading : reading.remaining).toBeCloseTo(left, 9);
  });

  it("burns at the speed of the last hour", () => {
    expect(readBudget(budget(counts(1, 1), counts(990, 1000)), now)).toMatchObject({ burnRate: expect.closeTo(10, 9) });
    expect(readBudget(budget(counts(1, 1), counts(null, null)), now)).toMatchObject({ burnRate: undefined });
  });
});

describe("the error budget gate", () => {
  it("passes while enough is left, and says how much", () => {
    const verdict = judge([budget(counts(99_950, 100_000))], { minRemaining: "50%" });
    expect(verdict).toMatchObject({ status: "pass", demand: "50 % of availability left" });
    expect(verdict.evidence[0]).toEqual({ name: `${service}: budget left`, value: "50 %", threshold: "50 %" });
  });

  it.each([
    ["spent exactly", counts(99_900, 100_000), {}],
    ["overspent", counts(90_000, 100_000), {}],
    ["below what must be left", counts(99_950, 100_000), { minRemaining: "51%" }],
  ])("waits where it is %s, and asks again", (_, window, given) => {
    const verdict = judge([budget(window)], given);
    expect(verdict).toMatchObject({ status: "wait", nextEvaluationAt: "2026-03-01T10:01:00.000Z" });
    expect(verdict.opensAt).toBeUndefined();
    expect(verdict.whoCanAct).toContain("no end is known");
  });

  it("waits while it burns too fast, though much is left", () => {
    const fast = budget(counts(99_990, 100_000), counts(900, 1000));
    expect(judge([fast], { maxBurnRate: 14.4 })).toMatchObject({ status: "wait" });
    expect(judge([fast], { maxBurnRate: 101 })).toMatchObject({ status: "pass" });
    expect(judge([fast])).toMatchObject({ status: "pass" });
  });

  it("is unknown where it asks for a burn rate and the last hour could not be counted; an hour without an event burns none", () => {
    const left = counts(99_990, 100_000);
    // After a restart, no series of good events is there until the first one is.
    for (const hour of [counts(null, null), counts(null, 1000), counts(1000, null), counts(Number.NaN, 1000)]) {
      expect(judge([budget(left, hour)], { maxBurnRate: 10 })).toMatchObject({
        status: "unknown",
        summary: expect.stringContaining("the last hour could not be counted"),
        nextEvaluationAt: "2026-03-01T10:00:15.000Z",
      });
      expect(judge([budget(left, hour)])).toMatchObject({ status: "pass" });
    }
    expect(judge([budget(left, counts(0, 0))], { maxBurnRate: 10 })).toMatchObject({ status: "pass" });
  });

  it("reads the same a minute later, whatever the numbers are by then", () => {
    const told = [99_900, 99_899, 99_800].map((good) => judge([budget(counts(good, 100_000))]).summary);
    expect(new Set(told).size).toBe(1);
  });

  const trouble = { fact: { trouble: "metrics prod: no answer", observedAt: now } };
  const old = {
    fact: {
      value: { window: counts(1, 1), hour: counts(1, 1) },
      observedAt: "2026-03-01T09:54:59.000Z",
    },
  };
  it.each([
    ["nobody looked", undefined],
    ["it was not measured yet", [budget(counts(1, 1), counts(1, 1), { fact: undefined })]],
    ["Prometheus is down", [budget(counts(1, 1), counts(1, 1), trouble)]],
    ["the measurement is old", [budget(counts(1, 1), counts(1, 1), old)]],
    ["there is no sample", [budget(counts(null, 100))]],
    ["the answer is no number", [budget(counts(Number.NaN, 100))]],
    ["there is no traffic", [budget(counts(0, 0))]],
    ["the project has no such SLO", [budget(counts(1, 1), counts(1, 1), { slo: "latency" })]],
    ["another service was measured", [budget(counts(1, 1), counts(1, 1), { service: "other" })]],
  ])("is unknown where %s", (_, budgets) => {
    expect(judge(budgets)).toMatchObject({ status: "unknown", whoCanAct: "the source of metrics to count it" });
  });
});
