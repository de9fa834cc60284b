import { describe, expect, it } from "vitest";
import { decide } from "@/lib/pipeline/promotion/decide";
import { evolve } from "@/lib/pipeline/promotion/evolve";
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

const steer = (kind: Steering, step?: string): PromotionInput => ({
  ...{ kind, service: "backend", why: "to see", by: rita },
  ...(step === undefined ? {} : { step }),
});
const refusal = (life: Life, kind: Steering, step?: string) => {
  const decided = decide(life.state, steer(kind, step), life.now);
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
    // A look that began before the pause may find that its time is over.
    const over = found(paused, passed);
    expect(over.effects).toMatchObject([{ kind: "rolloutStep", step: "analyse:25" }]);
    const early = { kind: "intendStep" as const, service: "backend", step: "weight:50", attempt: 1, generation: 7 };
    expect(decide(over.state, early, over.now)).toMatchObject({ kind: "rejection", code: "outOfOrder" });
    const resumed = say(over, steer("resumeRollout"));
    expect(resumed.effects).toMatchObject([{ kind: "rolloutStep", step: "analyse:25" }]);
    const next = found(resumed, passed);
    expect(next.effects).toMatchObject([{ kind: "rolloutStep", step: "weight:50" }]);
    expect(say(next, early).state).toMatchObject({ rollouts: [{ phase: "stepping" }, {}] });
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

describe("two people who steer at once", () => {
  it("end the analysis that both looked at, and not the next one as well", () => {
    const first = say(at("analyse:25"), steer("skipStep", "analyse:25"));
    expect(first.effects).toMatchObject([{ step: "weight:50" }]);
    expect(refusal(first, "skipStep", "analyse:25")).toContain("stands at weight:50 by now, no longer at analyse:25");
    const further = goOn(
      first,
      (state) => current({ state })?.step.id === "analyse:50" && current({ state })?.status === "requested",
    );
    const said = "stands at analyse:50 by now, no longer at analyse:25";
    expect(refusal(further, "skipStep", "analyse:25")).toContain(said);
    expect(refusal(further, "skipStep", "analyse:50")).toBeUndefined();
    expect(refusal(further, "skipStep")).toBeUndefined();
  });
});

describe("a pause of the last share", () => {
  const paused = () => say(at("analyse:50"), steer("pauseRollout"));

  it("that comes right before its pass holds it there, watched on, until it is resumed", () => {
    const held = found(paused(), passed);
    expect(current(held)).toMatchObject({ step: { id: "analyse:50" }, status: "requested" });
    const resumed = say(held, steer("resumeRollout"));
    expect(goOn(resumed, until("verifying")).state.phase).toBe("verifying");
  });

  it.each(["analyse:25", "analyse:50"])(
    "ends with the analysis that a person skips: nobody would watch it (%s)",
    (id) => {
      const skipped = say(say(at(id), steer("pauseRollout")), steer("skipStep"));
      expect(skipped.state).not.toHaveProperty("rollouts.0.paused");
      expect(kinds(skipped).slice(-2)).toEqual(["rollout.resumed", "rollout.stepSkipped"]);
      expect(skipped.effects).toMatchObject([{ step: id === "analyse:25" ? "weight:50" : "promoteStable" }]);
      expect(goOn(skipped, until("verifying")).state.phase).toBe("verifying");
    },
  );

  it("that an older worker let pass is ended before the stable workload's turn", () => {
    const life = paused();
    const data = { service: "backend", step: "analyse:50", attempt: 1, words: "passed", facts: {} };
    const entry = { ...life.entries[0], kind: "rollout.stepDone", data, at: life.now } as (typeof life.entries)[0];
    const held = { ...life, state: evolve(life.state, entry) ?? life.state };
    expect(current(held)).toMatchObject({ step: { id: "promoteStable" }, status: "pending" });
    expect(say(held, steer("resumeRollout")).effects).toMatchObject([{ kind: "rolloutStep", step: "promoteStable" }]);
    expect(goOn(say(held, steer("promoteFully")), until("verifying")).state.phase).toBe("verifying");
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
