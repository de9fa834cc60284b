import { describe, expect, it } from "vitest";
import {
  aBlueGreenService,
  aCanaryService,
  aDelegatedService,
  aService,
  digestOf,
} from "@/lib/pipeline/promotion/testing/a-plan";
import { pendingSteps, type StepState } from "@/lib/pipeline/rollout/step";
import { stepsOf } from "@/lib/pipeline/rollout/steps-of";
import { digestBack, wayBack } from "@/lib/pipeline/rollout/way-back";

const planned = aBlueGreenService("backend");

/** The steps of a rollout in which the first `count` are done, and the next one stands at `status`. */
function stepsAfter(count: number, status: StepState["status"] = "pending", of = planned): StepState[] {
  return pendingSteps(stepsOf({ kind: "promote" }, of)).map((step, index) => {
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

  it("of what a controller owns goes through it as soon as it may have the digest", () => {
    const delegated = aDelegatedService("backend");
    expect(wayBack(delegated, stepsAfter(0, "pending", delegated))).toEqual({ kind: "nothing" });
    for (const status of ["requested", "accepted", "failed"] as const)
      expect(wayBack(delegated, stepsAfter(0, status, delegated))).toEqual({ kind: "delegated" });
    expect(wayBack(delegated, stepsAfter(2, "done", delegated))).toEqual({ kind: "delegated" });
    expect(digestBack(delegated, stepsAfter(1, "accepted", delegated))).toBe(digestOf("b"));
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

  describe("of a canary", () => {
    const canary = aCanaryService("backend");
    const backAfter = (count: number, status?: StepState["status"]) =>
      wayBack(canary, stepsAfter(count, status, canary));

    it("is nothing before it was begun, and then takes its requests and its pods away", () => {
      expect(backAfter(0)).toEqual({ kind: "nothing" });
      expect(backAfter(0, "requested")).toEqual({ kind: "canary", weights: [0], promoted: false });
    });

    it("knows every weight that a call under way may have left, and no other", () => {
      expect(backAfter(1, "requested")).toMatchObject({ weights: [0, 25] });
      expect(backAfter(2, "requested")).toMatchObject({ weights: [25] });
      expect(backAfter(3, "accepted")).toMatchObject({ weights: [25, 50] });
      expect(backAfter(5, "requested")).toEqual({ kind: "canary", weights: [50], promoted: true });
      expect(backAfter(6, "failed")).toMatchObject({ weights: [50, 0], promoted: true });
      expect(backAfter(8)).toEqual({ kind: "canary", weights: [0], promoted: true });
    });

    it("leaves what ran where the stable workload was not told to change", () => {
      const drifted = aCanaryService("backend", { from: { digest: digestOf("c"), version: null } });
      expect(digestBack(drifted, stepsAfter(3, "failed", drifted))).toBe(digestOf("c"));
      expect(digestBack(drifted, stepsAfter(5, "requested", drifted))).toBe(digestOf("b"));
    });

    it("is one order where there was none: of a first deployment, or a rollback", () => {
      const back = pendingSteps(stepsOf({ kind: "rollback" }, canary));
      expect(back.map(({ step }) => step.kind)).toEqual(["startCanary", "promoteStable"]);
      const skipped = back.map((one, index) => ({
        ...one,
        status: index === 0 ? ("skipped" as const) : ("accepted" as const),
      }));
      expect(wayBack(canary, skipped)).toEqual({ kind: "order" });
    });
  });
});
