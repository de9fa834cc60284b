import { describe, expect, it } from "vitest";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { type DelegatedStanding, standingProblem } from "@/lib/pipeline/rollout/delegated-standing";
import { analysisEvidence, judgeDelegated } from "@/lib/pipeline/rollout/judge-delegated";

const order = { digest: digestOf("a"), promotion: "demo-1" };

function standing(extra: Partial<DelegatedStanding> = {}): DelegatedStanding {
  return {
    ...{ at: "2026-03-01T10:00:00.000Z", what: "Rollout demo/backend", exists: true, ...order, generation: 3 },
    ...{ targetGeneration: 5, caughtUp: true, phase: "progressing", phaseWord: "Progressing", message: "" },
    ...{
      isPromoted: false,
      isAborted: false,
      isSettled: false,
      pausedBy: null,
      step: 1,
      weight: 25,
      hasAnalysis: true,
      analyses: [],
    },
    steps: [
      { words: "25 %", weight: 25 },
      { words: "pause until somebody resumes", weight: null },
    ],
    ...extra,
  };
}

const healthy = { phase: "healthy", phaseWord: "Healthy", isPromoted: true, isSettled: true, step: 2 } as const;

describe("what a controller says", () => {
  it("is promoted only where it is healthy, about this very order, and everything was moved", () => {
    expect(judgeDelegated(standing(healthy), order).kind).toBe("promoted");
    expect(judgeDelegated(standing({ ...healthy, caughtUp: false }), order).kind).toBe("moving");
    expect(judgeDelegated(standing({ ...healthy, isPromoted: false }), order).kind).toBe("moving");
    expect(judgeDelegated(standing({ ...healthy, digest: digestOf("c") }), order).kind).toBe("foreign");
    expect(judgeDelegated(standing({ ...healthy, digest: undefined }), order).kind).toBe("foreign");
    expect(judgeDelegated(standing({ ...healthy, promotion: "demo-2" }), order).kind).toBe("foreign");
    expect(judgeDelegated(standing({ ...healthy, isAborted: true }), order).kind).toBe("failed");
    expect(judgeDelegated(standing({ ...healthy, exists: false }), order).kind).toBe("foreign");
  });

  it("waits for a person or for its own time without an end; what it cannot judge has one", () => {
    const paused = { phase: "paused", phaseWord: "Paused" } as const;
    for (const pausedBy of ["hand", "person", "time", "gate"] as const)
      expect(judgeDelegated(standing({ ...paused, pausedBy }), order).kind).toBe("waiting");
    for (const pausedBy of ["inconclusive", null] as const)
      expect(judgeDelegated(standing({ ...paused, pausedBy }), order)).toMatchObject({ kind: "moving", unknown: true });
  });

  it("in a word that is not known is unknown, and degraded is a failure in its words", () => {
    const strange = standing({ phase: "unknown", phaseWord: "Levitating" });
    expect(judgeDelegated(strange, order)).toMatchObject({ kind: "moving", unknown: true });
    const failed = standing({ phase: "degraded", phaseWord: "Degraded", message: "RolloutAborted: metric", weight: 0 });
    expect(judgeDelegated(failed, order)).toMatchObject({
      kind: "failed",
      words: "step 2 of 2 (pause until somebody resumes), 0 % of the requests: Degraded, RolloutAborted: metric",
    });
  });

  it("changes its facts with everything that deserves an entry", () => {
    const of = (extra: Partial<DelegatedStanding>) => judgeDelegated(standing(extra), order).facts;
    expect(of({ step: 0 })).not.toEqual(of({ step: 1 }));
    expect(of({ weight: 50 })).not.toEqual(of({}));
    const run = { name: "run", message: "", metrics: [] };
    expect(of({ analyses: [{ ...run, phase: "running" }] })).not.toEqual(
      of({ analyses: [{ ...run, phase: "passed" }] }),
    );
    expect(of({ at: "later", message: "other words" })).toEqual(of({}));
  });

  it("keeps what was measured as evidence", () => {
    const values = ["[0.99]", "[0.4]"].map((value) => ({ at: "", value, phase: "failed" as const }));
    const metric = { name: "success-rate", phase: "failed" as const, message: "failed (2) > 1", dryRun: false, values };
    const analyses = [{ name: "run-1", phase: "failed" as const, message: "", metrics: [metric] }];
    expect(analysisEvidence({ analyses })).toEqual([
      { name: "run-1: success-rate", value: "failed, measured [0.99], [0.4], failed (2) > 1" },
    ]);
    const none = { ...metric, values: [], message: "" };
    const said = (extra: object) =>
      analysisEvidence({ analyses: analyses.map((one) => ({ ...one, metrics: [none], ...extra })) });
    expect(said({})).toMatchObject([{ value: "failed, nothing measured" }]);
    expect(said({ isUnkept: true })).toMatchObject([{ value: "failed, its measurements are not kept" }]);
  });
});

describe("what speaks against beginning", () => {
  const idle = standing(healthy);
  const own = { withoutAnalysis: false };
  it("is nothing where it is idle and has an analysis", () => {
    expect(standingProblem(idle, own)).toBeUndefined();
    expect(standingProblem({ ...idle, caughtUp: false, isSettled: false }, own)).toBeUndefined();
  });

  it.each([
    ["it is not there", { exists: false }, "does not exist"],
    ["nothing compares the versions", { hasAnalysis: false }, "has no analysis"],
    ["somebody paused it", { pausedBy: "hand" as const }, "paused Rollout demo/backend by hand"],
    ["another rollout is under way", { isSettled: false }, "in the middle of another rollout"],
  ])("is said where %s", (_, extra, words) => {
    expect(standingProblem({ ...idle, ...extra }, own)).toContain(words);
  });

  it("is, for a rollback, only that it is not there or that somebody holds it", () => {
    const back = { withoutAnalysis: false, isRollback: true };
    expect(standingProblem({ ...idle, hasAnalysis: false, isSettled: false }, back)).toBeUndefined();
    expect(standingProblem({ ...idle, pausedBy: "hand" }, back)).toContain("by hand");
    expect(standingProblem({ ...idle, exists: false }, back)).toContain("does not exist");
  });

  it("is no missing analysis where somebody said that there is none", () => {
    expect(standingProblem({ ...idle, hasAnalysis: false }, { withoutAnalysis: true })).toBeUndefined();
  });
});
