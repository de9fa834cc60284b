import { describe, expect, it } from "vitest";
import { decide } from "@/lib/pipeline/promotion/decide";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { PromotionInput, StepFinding } from "@/lib/pipeline/promotion/input";
import { begin, goOn, kinds, type Life, say, until } from "@/lib/pipeline/promotion/testing/a-life";
import { aDelegatedService, aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import { rita } from "@/lib/pipeline/promotion/testing/some-input";
import { currentStep } from "@/lib/pipeline/rollout/step";

type Steering = "pauseRollout" | "resumeRollout" | "skipStep" | "promoteFully";

const plan = (kind: "promote" | "rollback" = "promote") => aPlan({ kind, services: [aDelegatedService("backend")] });
const rolloutOf = ({ state }: Life) => (state.phase === "rollingOut" ? state.rollouts[0] : undefined);
const current = (life: Life) => {
  const rollout = rolloutOf(life);
  return rollout?.phase === "stepping" ? currentStep(rollout.steps) : undefined;
};
const steer = (kind: Steering): PromotionInput => ({ kind, service: "backend", why: "to see", by: rita });
const refusal = (life: Life, kind: Steering) => {
  const decided = decide(life.state, steer(kind), life.now);
  return decided.kind === "rejection" ? decided.message : undefined;
};
const found = (life: Life, finding: StepFinding, afterMs?: number): Life =>
  say(life, { kind: "stepFound", service: "backend", step: "follow", attempt: 1, finding }, afterMs);

/** The controller has taken up the digest, and stands as these facts say. */
function following(facts: Record<string, string> = {}): Life {
  const life = goOn(
    begin(plan()),
    (state) => current({ state } as Life)?.step.id === "follow" && current({ state } as Life)?.status === "requested",
  );
  return found(life, { kind: "accepted", words: "step 1 of 4", facts: { seen: "yes", ...facts } });
}

describe("a controller that is followed", () => {
  it("has its time set anew by what is news, and none that runs out while a person is waited for", () => {
    const life = following();
    const late = 50_000;
    const further: StepFinding = { kind: "progressing", words: "step 2", facts: { at: "1" }, renews: true };
    const moved = found(found(life, further, late), { ...further, facts: { at: "2" } } as StepFinding, late);
    expect(moved.state.phase).toBe("rollingOut");
    const stands: StepFinding = { kind: "progressing", words: "step 2", facts: { at: "2" }, renews: true };
    expect(found(moved, stands, late).state.phase).toBe("rollingOut");
    const over = found(moved, stands, 61_000);
    expect(over.state).toMatchObject({ phase: "rollingBack", cause: { kind: "failed" } });
    const waits: StepFinding = {
      kind: "progressing",
      words: "waits",
      facts: { waits: "yes" },
      waits: true,
      renews: true,
    };
    const waited = found(found(life, waits), waits, 24 * 3_600_000);
    expect(waited.state.phase).toBe("rollingOut");
    // Whoever lets it go on after days does not find its time over.
    expect(found(waited, { ...further, facts: { waits: "" } } as StepFinding).state.phase).toBe("rollingOut");
  });

  it("that nobody can judge goes back once its time is over, as errored", () => {
    const unknown: StepFinding = { kind: "progressing", words: "inconclusive", unknown: true, renews: true };
    expect(found(following(), unknown, 61_000).state).toMatchObject({
      phase: "rollingBack",
      cause: { kind: "errored" },
    });
  });

  it("is taken back through it, and skips its steps in a rollback", () => {
    const trouble = { kind: "failed" as const, reason: "aborted", evidence: [] };
    const back = found(following(), { kind: "trouble", touched: true, trouble });
    expect(back.effects).toMatchObject([{ kind: "revert", service: "backend" }]);
    const rollback = goOn(
      begin(plan("rollback")),
      (state) => state.phase === "rollingOut" && state.rollouts[0]?.phase === "stepping",
    );
    const rollout = rolloutOf(rollback);
    expect(rollout?.steps?.map(({ step }) => step)).toMatchObject([
      { kind: "setDigest" },
      { kind: "follow", fully: true },
    ]);
  });
});

describe("what a person says to it", () => {
  it("is recorded, kept as the order to hand on, and makes the look due at once", () => {
    const paused = say(following(), steer("pauseRollout"));
    expect(rolloutOf(paused)).toMatchObject({ paused: { by: rita }, told: { order: "pause", at: paused.now } });
    expect(paused.effects).toMatchObject([{ kind: "rolloutStep", step: "follow", attempt: 1, dueAt: paused.now }]);
    const resumed = say(paused, steer("resumeRollout"));
    expect(rolloutOf(resumed)).toMatchObject({ told: { order: "resume" } });
    expect(rolloutOf(resumed)).not.toHaveProperty("paused");
    const full = say(resumed, steer("promoteFully"));
    expect(rolloutOf(full)).toMatchObject({ told: { order: "promoteFully" } });
    expect(kinds(full).slice(-3)).toEqual(["rollout.paused", "rollout.resumed", "rollout.promotedFully"]);
    expect(goOn(full, until("verifying")).state.phase).toBe("verifying");
  });

  it("goes past an analysis that nobody could judge as a skip, which is a right of its own", () => {
    const skipped = say(following({ pausedBy: "inconclusive" }), steer("skipStep"));
    expect(skipped.entries.at(-1)).toMatchObject({ kind: "rollout.analysisSkipped", actor: rita });
    expect(rolloutOf(skipped)).toMatchObject({ told: { order: "skipAnalysis" } });
    const past = say(following({ pausedBy: "person" }), steer("resumeRollout"));
    expect(rolloutOf(past)).toMatchObject({ told: { order: "goPast" } });
    const byHand = say(following({ pausedBy: "hand" }), steer("resumeRollout"));
    expect(rolloutOf(byHand)).toMatchObject({ told: { order: "resume" } });
  });

  it("is about the step that was noted last, where it ends a pause or an analysis there", () => {
    const past = say(following({ pausedBy: "person", at: "2" }), steer("resumeRollout"));
    expect(past.entries.at(-1)).toMatchObject({ kind: "rollout.resumed", data: { place: "2" } });
    expect(rolloutOf(past)).toMatchObject({ told: { order: "goPast", place: "2" } });
    const skipped = say(following({ pausedBy: "inconclusive", at: "1" }), steer("skipStep"));
    expect(rolloutOf(skipped)).toMatchObject({ told: { order: "skipAnalysis", place: "1" } });
    // The controller goes on by itself before it was told: what was said stays about the step that was seen.
    const moved = found(past, { kind: "progressing", words: "step 5", facts: { at: "4" }, renews: true });
    expect(rolloutOf(moved)).toMatchObject({ told: { order: "goPast", place: "2" } });
    const paused = say(following({ at: "2" }), steer("pauseRollout"));
    expect(paused.entries.at(-1)?.data).not.toHaveProperty("place");
    expect(rolloutOf(paused)).not.toHaveProperty("told.place");
  });

  it("is replayed from entries that say no place", () => {
    const life = following({ pausedBy: "person", at: "2" });
    const [entry] = say(life, steer("resumeRollout")).entries.slice(-1);
    if (entry?.kind !== "rollout.resumed") throw new Error("nobody resumed it");
    const { place: _, ...data } = entry.data;
    const state = evolve(life.state, { ...entry, data }) ?? life.state;
    expect(rolloutOf({ ...life, state })).toMatchObject({ told: { order: "goPast", at: entry.at } });
    expect(rolloutOf({ ...life, state })).not.toHaveProperty("told.place");
  });

  it("is refused where it does not fit", () => {
    const requested = goOn(begin(plan()), (state) => current({ state } as Life)?.step.id === "follow");
    for (const kind of ["pauseRollout", "resumeRollout", "promoteFully"] as const)
      expect(refusal(requested, kind)).toContain("has not taken up the order yet");
    expect(refusal(following(), "resumeRollout")).toContain("it is not paused");
    expect(refusal(following({ pausedBy: "person" }), "resumeRollout")).toBeUndefined();
    expect(refusal(following({ pausedBy: "gate" }), "resumeRollout")).toContain("opens from outside");
    expect(refusal(following({ pausedBy: "hand" }), "pauseRollout")).toContain("paused already");
    expect(refusal(following(), "skipStep")).toContain("the controller's own");
    expect(refusal(following({ pausedBy: "inconclusive" }), "resumeRollout")).toContain("to go past it is to skip it");
    const full = say(following(), steer("promoteFully"));
    expect(refusal(full, "promoteFully")).toContain("told so already");
    expect(refusal(full, "pauseRollout")).toContain("told to skip its steps");
  });
});
