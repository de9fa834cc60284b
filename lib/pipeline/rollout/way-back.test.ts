import { describe, expect, it } from "vitest";
import { aBlueGreenService, aService, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { pendingSteps, type StepState } from "@/lib/pipeline/rollout/step";
import { stepsOf } from "@/lib/pipeline/rollout/steps-of";
import { digestBack, wayBack } from "@/lib/pipeline/rollout/way-back";

const planned = aBlueGreenService("backend");

/** The steps of a rollout in which the first `count` are done, and the next one stands at `status`. */
function stepsAfter(count: number, status: StepState["status"] = "pending"): StepState[] {
  return pendingSteps(stepsOf({ kind: "promote" }, planned)).map((step, index) => {
    if (index > count) return step;
    const facts: Record<string, string> = step.step.kind === "prepare" ? { from: "blue", to: "green" } : {};
    return { ...step, status: index < count ? "done" : status, facts: index < count ? facts : {} };
  });
}

describe("the way back", () => {
  it("is one order for what was one order", () => {
    expect(wayBack(aService("backend"), undefined)).toEqual({ kind: "order" });
    expect(digestBack(aService("backend"), undefined)).toBe(digestOf("b"));
  });

  it("of two colours is nothing while the switch was not even asked for", () => {
    expect(wayBack(planned, undefined)).toEqual({ kind: "nothing" });
    expect(wayBack(planned, stepsAfter(0, "requested"))).toEqual({ kind: "nothing" });
    expect(wayBack(planned, stepsAfter(2, "failed"))).toEqual({ kind: "nothing" });
  });

  it.each(["requested", "accepted", "failed"] as const)(
    "of two colours is the selector from the moment on at which the switch is %s",
    (status) =>
      expect(wayBack(planned, stepsAfter(3, status))).toEqual({ kind: "selector", from: "blue", to: "green" }),
  );

  it("leads to what was verified, or, where nothing live was touched, leaves what ran", () => {
    const drifted = aBlueGreenService("backend", { from: { digest: digestOf("c"), version: null } });
    expect(digestBack(drifted, stepsAfter(2, "failed"))).toBe(digestOf("c"));
    expect(digestBack(drifted, stepsAfter(3, "accepted"))).toBe(digestOf("b"));
  });
});
