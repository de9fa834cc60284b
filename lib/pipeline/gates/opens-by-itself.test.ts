import { describe, expect, it } from "vitest";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { lastOpening, opensByItself } from "@/lib/pipeline/gates/opens-by-itself";

const verdict = (gate: string, status: Verdict["status"], opensAt?: string): Verdict => {
  return { gate, status, demand: "", summary: "", evidence: [], ...(opensAt ? { opensAt } : {}) };
};
const friday = "2026-11-27T09:00:00.000Z";
const monday = "2026-11-30T09:00:00.000Z";

describe("what time alone opens", () => {
  it("is over with the last of it", () => {
    const verdicts = [verdict("freeze", "wait", monday), verdict("soak", "wait", friday), verdict("hold", "pass")];
    expect(opensByItself(verdicts)).toBe(monday);
    expect(lastOpening(verdicts)).toBe(monday);
  });

  it("does not open by itself where a person is waited for, but its moment is known", () => {
    const verdicts = [verdict("freeze", "wait", monday), verdict("approval", "wait")];
    expect(opensByItself(verdicts)).toBeUndefined();
    expect(lastOpening(verdicts)).toBe(monday);
  });

  it.each([
    ["a freeze without a known end", [verdict("freeze", "wait")]],
    ["a forecast that may move on", [verdict("errorBudget", "wait", monday)]],
    ["what is not known", [verdict("freeze", "unknown", monday)]],
    ["nothing", [verdict("freeze", "pass")]],
  ])("is not %s", (_, verdicts) => {
    expect(opensByItself(verdicts)).toBeUndefined();
  });
});
