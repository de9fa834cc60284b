import { describe, expect, it } from "vitest";
import { readArgoRollout } from "@/lib/adapters/kubernetes/delegated/argo-rollout";

const metadata = { name: "api", namespace: "shop", uid: "u", resourceVersion: "7", generation: 4 };
const steps = [
  { setWeight: 25 },
  { pause: {} },
  { pause: { duration: 30 } },
  { analysis: { templates: [{ templateName: "rate" }] } },
];
const rollout = (status: object, spec: object = { strategy: { canary: { steps } } }) =>
  readArgoRollout({ kind: "Rollout", metadata, spec, status });

const stable = { observedGeneration: "4", currentPodHash: "a", stableRS: "a", phase: "Healthy" };

describe("a Rollout", () => {
  it("counts for the generation that its status names, which is text", () => {
    expect(rollout(stable).caughtUp).toBe(true);
    for (const observedGeneration of ["3", "5", "abc", "", 3, undefined])
      expect(rollout({ ...stable, observedGeneration }).caughtUp, String(observedGeneration)).toBe(false);
    expect(rollout({ observedGeneration: "4" }).caughtUp).toBe(false);
  });

  it("is promoted where the stable ReplicaSet is the current one, and only there", () => {
    expect(rollout(stable).isPromoted).toBe(true);
    expect(rollout({ ...stable, currentPodHash: "b" }).isPromoted).toBe(false);
    expect(rollout({ phase: "Healthy" }).isPromoted).toBe(false);
    expect(rollout(null as never).isPromoted).toBe(false);
  });

  it.each([
    ["a pause without a time", { currentStepIndex: 1, pauseConditions: [{ reason: "CanaryPauseStep" }] }, "person"],
    ["a pause with a time", { currentStepIndex: 2, pauseConditions: [{ reason: "CanaryPauseStep" }] }, "time"],
    [
      "an inconclusive analysis",
      { currentStepIndex: 3, pauseConditions: [{ reason: "InconclusiveAnalysisRun" }] },
      "inconclusive",
    ],
    ["a reason that is not known", { currentStepIndex: 1, pauseConditions: [{ reason: "Solstice" }] }, null],
    [
      "a pause and an inconclusive analysis, which resuming would end too",
      { currentStepIndex: 1, pauseConditions: [{ reason: "CanaryPauseStep" }, { reason: "InconclusiveAnalysisRun" }] },
      "inconclusive",
    ],
    [
      "a pause and a reason that is not known",
      { currentStepIndex: 1, pauseConditions: [{ reason: "CanaryPauseStep" }, { reason: "Solstice" }] },
      null,
    ],
    [
      "a pause and a condition without a reason",
      { currentStepIndex: 1, pauseConditions: [{ reason: "CanaryPauseStep" }, {}] },
      null,
    ],
    ["nothing", { currentStepIndex: 1 }, null],
  ])("is held by %s", (_, status, pausedBy) => {
    expect(rollout({ ...stable, ...status }).pausedBy).toBe(pausedBy);
  });

  it("paused by hand is held by hand, whatever its steps wait for", () => {
    const spec = { paused: true, strategy: { canary: { steps } } };
    const status = { ...stable, currentStepIndex: 1, pauseConditions: [{ reason: "CanaryPauseStep" }] };
    expect(rollout(status, spec).pausedBy).toBe("hand");
    expect(rollout({ ...stable, controllerPause: true }).isUnpausing).toBe(true);
    expect(rollout({ ...status, controllerPause: true }).isUnpausing).toBe(false);
  });

  it("of blue-green waits for a person unless it promotes by itself", () => {
    const status = { ...stable, pauseConditions: [{ reason: "BlueGreenPause" }] };
    expect(rollout(status, { strategy: { blueGreen: {} } })).toMatchObject({
      pausedBy: "person",
      step: null,
      steps: [],
    });
    expect(rollout(status, { strategy: { blueGreen: { autoPromotionSeconds: 60 } } }).pausedBy).toBe("time");
  });

  it("says its steps, and the share by its router, else by its steps", () => {
    const at = (currentStepIndex: number, more = {}) =>
      rollout({ ...stable, stableRS: "old", currentStepIndex, ...more });
    expect(at(0).steps.map(({ words }) => words)).toEqual([
      "25 %",
      "pause until somebody resumes",
      "pause for 30 s",
      "analysis rate",
    ]);
    expect(at(1).weight).toBe(25);
    expect(at(4).weight).toBe(100);
    expect(at(1, { canary: { weights: { canary: { weight: 20 } } } }).weight).toBe(20);
    expect(at(1, { abort: true }).weight).toBe(0);
    expect(rollout({ ...stable, currentStepIndex: 4 }).weight).toBeNull();
  });

  it.each([
    ["a step", { canary: { steps } }, true],
    ["the background", { canary: { steps: [{ setWeight: 5 }], analysis: {} } }, true],
    ["an experiment", { canary: { steps: [{ experiment: {} }] } }, true],
    ["before a switch", { blueGreen: { prePromotionAnalysis: {} } }, true],
    ["nowhere", { canary: { steps: [{ setWeight: 5 }, { pause: {} }] } }, false],
    ["nowhere, of no strategy at all", {}, false],
  ])("has an analysis in %s", (_, strategy, has) => {
    expect(rollout(stable, { strategy }).hasAnalysis).toBe(has);
  });

  it("names its analyses, with phases that are not known as unknown", () => {
    const canary = {
      currentStepAnalysisRunStatus: { name: "one", status: "Failed", message: "too many" },
      currentBackgroundAnalysisRunStatus: { name: "two", status: "Dreaming" },
    };
    expect(rollout({ ...stable, canary }).runs).toEqual([
      { name: "one", phase: "failed", message: "too many" },
      { name: "two", phase: "unknown", message: "" },
    ]);
  });
});
