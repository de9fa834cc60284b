import { describe, expect, it } from "vitest";
import { advanceRun, metricOf } from "./analysis-machine";
import {
  advanceRollout,
  type RolloutSpec,
  type RolloutStatus,
  type SeenRollout,
  type SeenSet,
} from "./rollout-machine";

const steps = [{ setWeight: 50 }, { analysis: { templates: [{ templateName: "rate" }] } }, { pause: {} }];
const spec = (more: Partial<RolloutSpec> = {}): RolloutSpec => ({
  replicas: 4,
  selector: { matchLabels: {} },
  template: { metadata: {}, spec: { containers: [] } },
  strategy: { canary: { steps } },
  ...more,
});

/** A controller with pods that are up as soon as they are asked for. */
class Played {
  status: RolloutStatus = {};
  sets: SeenSet[] = [];
  runs: SeenRollout["runs"] = [];
  generation = 1;
  now = Date.parse("2026-03-01T10:00:00Z");

  constructor(
    public spec: RolloutSpec,
    public hash: string,
  ) {}

  reconcile(times = 1): this {
    for (let round = 0; round < times; round += 1) {
      const { status, sets, runs, spec, hash, generation, now } = this;
      const next = advanceRollout({ name: "api", status, sets, runs, spec, hash, generation, now, speed: 1 });
      this.status = next.status;
      this.sets = Object.entries(next.replicas).map(([one, replicas]) => ({
        ...{ hash: one, replicas, current: replicas, available: replicas },
        revision: one === hash ? next.revision : (sets.find((set) => set.hash === one)?.revision ?? 1),
      }));
      const { run } = next;
      if (run && !runs.some(({ name }) => name === run.name))
        this.runs = [...runs, { name: run.name, phase: "Running" }];
    }
    return this;
  }

  takes(hash: string): this {
    this.hash = hash;
    this.generation += 1;
    return this;
  }

  analysed(phase: string, message?: string): this {
    this.runs = this.runs.map((run) => ({ ...run, phase, message }));
    return this;
  }

  pods = () =>
    Object.fromEntries(this.sets.filter(({ replicas }) => replicas > 0).map((set) => [set.hash, set.replicas]));
}

const running = () => new Played(spec(), "old").reconcile(4);
const atAnalysis = () => running().takes("new").reconcile(4);
const atPause = () => atAnalysis().analysed("Successful").reconcile(3);

describe("the controller that is played", () => {
  it("begins without steps where nothing is stable yet", () => {
    expect(running().status).toMatchObject({ phase: "Healthy", stableRS: "old", currentStepIndex: 3 });
    expect(running().pods()).toEqual({ old: 4 });
  });

  it("goes step by step, waits where a pause has no time, and moves everything once somebody resumes", () => {
    const analysing = atAnalysis();
    expect(analysing.pods()).toEqual({ old: 2, new: 2 });
    expect(analysing.status).toMatchObject({ currentStepIndex: 1, phase: "Progressing", observedGeneration: "2" });
    const paused = atPause();
    expect(paused.status).toMatchObject({ phase: "Paused", message: "CanaryPauseStep", controllerPause: true });
    expect(paused.reconcile(5).status.currentStepIndex).toBe(2);
    delete paused.status.pauseConditions;
    expect(paused.reconcile(5).status).toMatchObject({ phase: "Healthy", stableRS: "new", currentStepIndex: 3 });
    expect(paused.pods()).toEqual({ new: 4 });
  });

  it("goes on by itself after a pause with a time", () => {
    const timed = spec({ strategy: { canary: { steps: [{ setWeight: 50 }, { pause: { duration: "1m" } }] } } });
    const played = new Played(timed, "old").reconcile(4).takes("new").reconcile(4);
    expect(played.status.phase).toBe("Paused");
    played.now += 59_000;
    expect(played.reconcile(2).status.phase).toBe("Paused");
    played.now += 2_000;
    expect(played.reconcile(4).status.phase).toBe("Healthy");
  });

  it("aborts where its analysis fails: no pod of the new version, the new template still there, and says why", () => {
    const failed = atAnalysis().analysed("Failed", 'Metric "rate" assessed Failed').reconcile(2);
    expect(failed.status).toMatchObject({ abort: true, phase: "Degraded", currentStepIndex: 0, stableRS: "old" });
    expect(failed.status.message).toBe(
      'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: Metric "rate" assessed Failed',
    );
    expect(failed.pods()).toEqual({ old: 4 });
    // The old template again: what was aborted is forgotten, and no step is gone through.
    expect(failed.takes("old").reconcile(2).status).toMatchObject({ phase: "Healthy", currentStepIndex: 3 });
    expect(failed.status.abort).toBeUndefined();
  });

  it("pauses where its analysis is inconclusive, until somebody goes past it", () => {
    const held = atAnalysis().analysed("Inconclusive").reconcile(2);
    expect(held.status).toMatchObject({ phase: "Paused", message: "InconclusiveAnalysisRun" });
    delete held.status.pauseConditions;
    expect(held.reconcile(2).status).toMatchObject({ currentStepIndex: 2, message: "CanaryPauseStep" });
  });

  it("moves nothing while it is paused by hand, and everything once it is told to skip its steps", () => {
    const played = atAnalysis();
    played.spec = spec({ paused: true });
    expect(played.analysed("Successful").reconcile(3).status).toMatchObject({ phase: "Paused", currentStepIndex: 1 });
    played.spec = spec();
    played.status.promoteFull = true;
    expect(played.reconcile(4).status).toMatchObject({ phase: "Healthy", stableRS: "new" });
    expect(played.status.promoteFull).toBeUndefined();
  });

  it("calls degraded what makes no progress in its time", () => {
    const played = running().takes("new").reconcile(1);
    const stuck = () => {
      played.sets = played.sets.map((set) => (set.hash === "new" ? { ...set, available: 0 } : set));
      return played.reconcile(1);
    };
    stuck();
    stuck();
    played.now += 601_000;
    expect(stuck().status).toMatchObject({ phase: "Degraded", message: expect.stringContaining("has timed out") });
  });
});

describe("an analysis that is played", () => {
  const metrics = [metricOf("rate")];
  const measuring = (values: (number | undefined)[]) =>
    values.reduce<ReturnType<typeof advanceRun>>(
      (status, value, index) => advanceRun(metrics, status, value, { now: index * 6_000, speed: 1 }),
      {},
    );

  it("passes after as many good measurements as are asked for, and fails beyond its limit", () => {
    expect(measuring([0.99, 0.99]).phase).toBe("Running");
    expect(measuring([0.99, 0.99, 0.99]).phase).toBe("Successful");
    expect(measuring([0.5]).phase).toBe("Running");
    const failed = measuring([0.99, 0.5, 0.5]);
    expect(failed).toMatchObject({
      phase: "Failed",
      message: expect.stringContaining("failed (2) > failureLimit (1)"),
    });
    expect(failed.metricResults?.[0]?.measurements.map(({ value }) => value)).toEqual(["[0.99]", "[0.5]", "[0.5]"]);
  });

  it("is inconclusive in between, an error where nothing was measured, and stays as it ended", () => {
    expect(measuring([0.9]).phase).toBe("Inconclusive");
    expect(measuring([undefined, undefined]).phase).toBe("Running");
    expect(measuring([undefined, undefined, undefined, undefined, undefined]).phase).toBe("Error");
    expect(measuring([0.9, 0.99, 0.99, 0.99]).phase).toBe("Inconclusive");
  });
});
