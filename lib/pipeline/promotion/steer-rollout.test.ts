import { describe, expect, it } from "vitest";
import { decide } from "@/lib/pipeline/promotion/decide";
import type { PromotionInput, StepFinding } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { begin, goOn, kinds, type Life, say, until } from "@/lib/pipeline/promotion/testing/a-life";
import { aBlueGreenService, aCanaryService, aPlan, aService } from "@/lib/pipeline/promotion/testing/a-plan";
import { rita } from "@/lib/pipeline/promotion/testing/some-input";
import { currentStep, type StepKind } from "@/lib/pipeline/rollout/step";

const plan = () => aPlan({ services: [aCanaryService("backend"), aService("chat")] });
type Steering = "pauseRollout" | "resumeRollout" | "skipStep" | "promoteFully";

function current({ state }: { state: PromotionState }) {
  const rollout = state.phase === "rollingOut" ? state.rollouts[0] : undefined;
  return rollout?.phase === "stepping" ? currentStep(rollout.steps) : undefined;
}

/** Everything went well until the step stands so. */
function at(id: string, status = "requested", made = plan()): Life {
  const life = goOn(
    begin(made),
    (state) => current({ state })?.step.id === id && current({ state })?.status === status,
  );
  if (current(life)?.step.id !== id) throw new Error(`${id} was never reached`);
  return life;
}

const steer = (kind: Steering): PromotionInput => ({ kind, service: "backend", why: "to see", by: rita });
const refusal = (life: Life, kind: Steering) => {
  const decided = decide(life.state, steer(kind), life.now);
  return decided.kind === "rejection" ? decided.message : undefined;
};

function found(life: Life, finding: StepFinding, afterMs?: number): Life {
  const { step, attempt } = current(life) ?? { step: { id: "" }, attempt: 0 };
  return say(life, { kind: "stepFound", service: "backend", step: step.id, attempt, finding }, afterMs);
}

const watching: StepFinding = { kind: "progressing", words: "2 of 2", againMs: 10_000 };
const passed: StepFinding = { kind: "done", words: "passed" };

describe("a paused canary", () => {
  it("is watched on, and begins no further share until somebody resumes it", () => {
    const paused = say(at("analyse:25"), steer("pauseRollout"));
    expect(paused.state).toMatchObject({ rollouts: [{ paused: { by: rita, why: "to see" } }, {}] });
    expect(found(paused, watching).effects).toMatchObject([{ kind: "rolloutStep", step: "analyse:25" }]);
    const over = found(paused, passed);
    expect(over.effects).toEqual([]);
    const early = { kind: "intendStep" as const, service: "backend", step: "weight:50", attempt: 1, generation: 7 };
    expect(decide(over.state, early, over.now)).toMatchObject({ kind: "rejection", code: "outOfOrder" });
    const resumed = say(over, steer("resumeRollout"));
    expect(resumed.effects).toMatchObject([{ kind: "rolloutStep", step: "weight:50" }]);
    expect(say(resumed, early).state).toMatchObject({ rollouts: [{ phase: "stepping" }, {}] });
  });

  it("still begins to watch a share that stands, and still goes back when it is worse", () => {
    const weighed = say(at("weight:25"), steer("pauseRollout"));
    const watched = found(found(weighed, { kind: "accepted", words: "took it" }), { kind: "done", words: "25 %" });
    expect(watched.effects).toMatchObject([{ step: "analyse:25" }]);
    const worse = found(say(at("analyse:25"), steer("pauseRollout")), {
      kind: "trouble",
      touched: true,
      trouble: { kind: "failed", reason: "error rate", evidence: [] },
    });
    expect(worse.state.phase).toBe("rollingBack");
    expect(worse.effects).toMatchObject([{ kind: "revert", service: "backend" }]);
  });

  it("has no deadline while a person is to decide, and has one otherwise", () => {
    const late = 24 * 3_600_000;
    const waits: StepFinding = { ...watching, unknown: true, waits: true } as StepFinding;
    expect(found(at("analyse:25"), waits, late).state.phase).toBe("rollingOut");
    const unknown: StepFinding = { ...watching, words: "inconclusive", unknown: true } as StepFinding;
    const back = found(at("analyse:25"), unknown, late);
    expect(back.state).toMatchObject({ phase: "rollingBack", cause: { kind: "errored" } });
  });
});

describe("a step that is skipped", () => {
  it("is an analysis under way, by a person, recorded with why", () => {
    const life = say(at("analyse:25"), steer("skipStep"));
    expect(life.entries.at(-1)).toMatchObject({
      kind: "rollout.stepSkipped",
      actor: rita,
      data: { step: "analyse:25", words: "to see" },
    });
    expect(life.effects).toMatchObject([{ step: "weight:50" }]);
    expect(refusal(at("weight:25"), "skipStep")).toContain("only an analysis can be skipped");
  });
});

describe("a full promotion", () => {
  it("skips every share that is left, also of a paused one, and lets the stable workload follow", () => {
    const life = say(say(at("analyse:25"), steer("pauseRollout")), steer("promoteFully"));
    expect(life.effects).toMatchObject([{ kind: "rolloutStep", step: "promoteStable" }]);
    const done = goOn(life, until("verifying"));
    const skipped = done.entries.flatMap((one) => (one.kind === "rollout.stepSkipped" ? [one.data.step] : []));
    expect(skipped).toEqual(["analyse:25", "weight:50", "analyse:50"]);
    expect(kinds(done)).toContain("rollout.resumed");
    expect(done.state.phase).toBe("verifying");
  });

  it("is not while a share is being set: nobody would know what the route says", () => {
    expect(refusal(at("weight:50"), "promoteFully")).toContain("being set at this moment");
    expect(refusal(at("startCanary"), "promoteFully")).toContain("not up yet");
  });
});

describe("what cannot be said", () => {
  const each: [string, Life, Steering, string][] = [
    ["a pause of a paused one", say(at("analyse:25"), steer("pauseRollout")), "pauseRollout", "paused already"],
    ["a resumption of one that goes on", at("analyse:25"), "resumeRollout", "is not paused"],
    ["a pause once the stable workload changes", at("promoteStable"), "pauseRollout", "takes the digest already"],
    ["a pause before it has begun", begin(plan()), "pauseRollout", ""],
  ];
  it.each(each)("%s", (_, life, kind, says) => expect(refusal(life, kind)).toContain(says));

  it("a pause of what is no canary", () => {
    const colours = aPlan({ services: [aBlueGreenService("backend")] });
    const first: StepKind = "prepare";
    expect(refusal(at(first, "requested", colours), "pauseRollout")).toContain("is not a canary");
  });
});
