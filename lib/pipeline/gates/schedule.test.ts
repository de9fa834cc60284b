import { describe, expect, it } from "vitest";
import { evaluateSchedule } from "@/lib/pipeline/gates/schedule";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";

const notBefore = "2026-11-27T09:00:00.000Z";
const at = (now: string) => evaluateSchedule({ kind: "schedule", notBefore }, { plan: aPlan(), evidence: {}, now });

describe("a time that was asked for", () => {
  it("is waited for, and says when it comes", () => {
    expect(at("2026-11-27T08:59:59.999Z")).toMatchObject({
      ...{ status: "wait", demand: "not before 2026-11-27 09:00 UTC" },
      ...{ opensAt: notBefore, nextEvaluationAt: notBefore },
    });
  });

  it("has come at the very moment, and stays come", () => {
    expect(at(notBefore).status).toBe("pass");
    expect(at("2027-01-01T00:00:00.000Z").status).toBe("pass");
  });
});
