import { describe, expect, it } from "vitest";
import { readFlaggerCanary } from "@/lib/adapters/kubernetes/delegated/flagger-canary";

const analysis = { interval: "1m", threshold: 5, stepWeight: 10, maxWeight: 50, metrics: [{ name: "rate" }] };
const canary = (status: object, spec: object = {}) =>
  readFlaggerCanary({
    metadata: { name: "api", resourceVersion: "7" },
    spec: { targetRef: { kind: "Deployment", name: "api" }, analysis, ...spec },
    status,
  });

describe("a Canary", () => {
  it.each([
    ["Initializing", "progressing", null, false],
    ["Initialized", "healthy", null, true],
    ["Waiting", "paused", "gate", false],
    ["Progressing", "progressing", null, false],
    ["WaitingPromotion", "paused", "gate", false],
    ["Promoting", "progressing", null, false],
    ["Finalising", "progressing", null, false],
    ["Succeeded", "healthy", null, true],
    ["Failed", "degraded", null, true],
    ["Terminating", "unknown", null, false],
    ["Levitating", "unknown", null, false],
    ["", "unknown", null, false],
  ])("that says %s is %s", (phase, meant, pausedBy, isIdle) => {
    expect(canary({ phase })).toMatchObject({ phase: meant, pausedBy, isIdle });
  });

  it("that is suspended is held by hand, and nothing is under way any sooner", () => {
    expect(canary({ phase: "Progressing" }, { suspend: true })).toMatchObject({ phase: "paused", pausedBy: "hand" });
    expect(canary({ phase: "Succeeded" }, { suspend: true })).toMatchObject({ phase: "healthy", pausedBy: "hand" });
  });

  it("says the shares that it goes through, and at which it is", () => {
    const shares = (spec: object) => canary({}, { analysis: { ...analysis, ...spec } }).steps.map(({ words }) => words);
    expect(shares({})).toEqual(["10 %", "20 %", "30 %", "40 %", "50 %"]);
    expect(shares({ stepWeights: [1, 10, 80] })).toEqual(["1 %", "10 %", "80 %"]);
    expect(shares({ stepWeight: 40, maxWeight: undefined })).toEqual(["40 %", "80 %", "100 %"]);
    expect(shares({ iterations: 3 })).toEqual(["iteration 1", "iteration 2", "iteration 3"]);
    expect(shares({ stepWeight: undefined })).toEqual([]);
    expect(canary({ phase: "Progressing", canaryWeight: 0 }).step).toBeNull();
    expect(canary({ phase: "Progressing", canaryWeight: 20 }).step).toBe(1);
    expect(canary({ phase: "Promoting", canaryWeight: 0 }).step).toBe(5);
  });

  it("has an analysis where it measures something and does not skip it", () => {
    expect(canary({}).hasAnalysis).toBe(true);
    expect(canary({}, { skipAnalysis: true }).hasAnalysis).toBe(false);
    expect(canary({}, { analysis: { ...analysis, metrics: [] } }).hasAnalysis).toBe(false);
    expect(canary({}, { analysis: undefined, canaryAnalysis: analysis }).hasAnalysis).toBe(true);
  });
});
