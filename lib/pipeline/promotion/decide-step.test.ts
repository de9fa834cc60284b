import { describe, expect, it } from "vitest";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { decide } from "@/lib/pipeline/promotion/decide";
import { later } from "@/lib/pipeline/promotion/decision";
import type { PromotionInput, StepFinding } from "@/lib/pipeline/promotion/input";
import type { PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { begin, goOn, kinds, type Life, say, until } from "@/lib/pipeline/promotion/testing/a-life";
import { aBlueGreenService, aPlan, aService, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { rita } from "@/lib/pipeline/promotion/testing/some-input";
import { retiredColour } from "@/lib/pipeline/rollout/retirements";
import { currentStep, type StepKind } from "@/lib/pipeline/rollout/step";

const plan = () => aPlan({ services: [aBlueGreenService("backend"), aService("chat")] });

function stepping({ state }: Life): RolloutState & { phase: "stepping" } {
  const rollout = state.phase === "rollingOut" ? state.rollouts[0] : undefined;
  if (rollout?.phase !== "stepping") throw new Error(`${state.phase} is not stepping`);
  return rollout;
}

/** Everything went well until the step's intent is written. */
function at(kind: StepKind, status: "requested" | "accepted" = "requested", made = plan()): Life {
  return goOn(begin(made), (state: PromotionState) => {
    const rollout = state.phase === "rollingOut" ? state.rollouts[0] : undefined;
    const current = rollout?.phase === "stepping" ? currentStep(rollout.steps) : undefined;
    return current?.step.kind === kind && current.status === status;
  });
}

function found(life: Life, finding: StepFinding, afterMs?: number): Life {
  const { step, attempt } = currentStep(stepping(life).steps) ?? { step: { id: "" }, attempt: 0 };
  return say(life, { kind: "stepFound", service: "backend", step: step.id, attempt, finding }, afterMs);
}

const trouble = (touched: boolean): StepFinding => ({
  kind: "trouble",
  touched,
  trouble: { kind: "failed", reason: "no", evidence: [] },
});

describe("a rollout of several steps", () => {
  it("begins with the intent and the very steps it will do, and takes them in their order", () => {
    const first = at("prepare");
    const asked = first.entries.find((entry) => entry.kind === "rollout.requested");
    expect(asked?.data).toMatchObject({ digest: digestOf("a"), planHash: first.state.planHash, generation: 7 });
    expect(asked?.data).toHaveProperty("steps.length", 4);
    const done = goOn(first, until("verifying"));
    const steps = done.entries.flatMap((entry) => (entry.kind === "rollout.stepRequested" ? [entry.data.step] : []));
    expect(steps).toEqual(["prepare", "available", "smoke", "switch"]);
    // The other service waits for it.
    expect(kinds(done).lastIndexOf("rollout.requested")).toBeGreaterThan(kinds(done).indexOf("rollout.observed"));
  });

  it("is accepted and observed only after the last step, and keeps its steps to the end", () => {
    const last = at("switch", "accepted");
    expect(kinds(last)).not.toContain("rollout.accepted");
    const accepted = found(last, { kind: "done", words: "green is live", targetGeneration: 9 });
    expect(accepted.effects).toMatchObject([{ kind: "observe", service: "backend" }]);
    expect(accepted.state).toMatchObject({ rollouts: [{ phase: "accepted", generation: 7, targetGeneration: 9 }, {}] });
    const done = goOn(accepted, until("succeeded"));
    const statuses = "rollouts" in done.state ? done.state.rollouts[0]?.steps?.map((one) => one.status) : [];
    expect(statuses).toEqual(["done", "done", "done", "done"]);
  });

  it("looks again at what is not so yet, and writes down only news", () => {
    const waiting = found(at("available"), { kind: "progressing", words: "1 of 2" });
    expect(waiting.effects).toMatchObject([{ kind: "rolloutStep", step: "available", attempt: 1 }]);
    const before = waiting.entries.length;
    const wrong: StepFinding = { kind: "progressing", words: "answered 500", facts: { wrongRounds: "1" } };
    const noted = found(waiting, wrong);
    expect(noted.entries.at(-1)).toMatchObject({ kind: "rollout.stepNoted", data: { facts: { wrongRounds: "1" } } });
    expect(found(noted, wrong).entries).toHaveLength(before + 1);
  });

  it("goes on after a step that is skipped, with the reason", () => {
    const skipped = found(at("smoke"), { kind: "skipped", words: "there is no preview Service" });
    expect(skipped.effects).toMatchObject([{ kind: "rolloutStep", step: "switch" }]);
    expect(stepping(skipped).steps[2]).toMatchObject({ status: "skipped", words: "there is no preview Service" });
  });

  it("refuses a step out of its turn, a second intent, another try, and a finding of a step that is over", () => {
    const life = at("available");
    const refused: PromotionInput[] = [
      { kind: "intendStep", service: "backend", step: "switch", attempt: 1, generation: 7 },
      { kind: "intendStep", service: "backend", step: "available", attempt: 1, generation: 7 },
      { kind: "intendStep", service: "chat", step: "prepare", attempt: 1, generation: 7 },
      { kind: "intendApply", service: "backend", attempt: 1, generation: 7 },
      { kind: "stepFound", service: "backend", step: "prepare", attempt: 1, finding: { kind: "done", words: "" } },
      { kind: "stepFound", service: "backend", step: "available", attempt: 2, finding: { kind: "done", words: "" } },
    ];
    for (const input of refused) expect(decide(life.state, input, life.now)).toMatchObject({ code: "outOfOrder" });
  });
});

describe("a step that goes wrong", () => {
  it("before anything was ordered ends the promotion, and nothing goes back", () => {
    const ended = found(at("prepare"), trouble(false));
    expect(ended.state).toMatchObject({ phase: "failed", nextStep: expect.stringContaining("Nothing was changed") });
    expect(kinds(ended)).not.toContain("revert.requested");
  });

  it("after an order was taken goes back, however little the step itself did", () => {
    const back = found(at("smoke"), trouble(false));
    expect(back.state).toMatchObject({ phase: "rollingBack", cause: { service: "backend", reason: "no" } });
    expect(back.state).toMatchObject({ rollouts: [{ phase: "failed", touched: true }, { phase: "pending" }] });
    const ended = goOn(back, until("rolledBack"));
    expect(ended.state).toMatchObject({ rollouts: [{ phase: "reverted" }, { phase: "pending" }] });
  });

  it("is out of time at its own deadline: failed where it was not so, errored where nobody answered", () => {
    const late = found(at("available"), { kind: "progressing", words: "1 of 2 ready" }, 60_001);
    expect(late.state).toMatchObject({
      phase: "rollingBack",
      cause: { kind: "failed", reason: expect.stringMatching(/^1 of 2 ready when the time of the step available/) },
    });
    const silent: StepFinding = { kind: "progressing", words: "no answer", unknown: true };
    expect(found(at("smoke"), silent, 120_001).state).toMatchObject({ cause: { kind: "errored" } });
  });

  it("in a rollback is never rolled back by itself: a person decides", () => {
    const made = aPlan({ services: [aBlueGreenService("backend")], kind: "rollback" });
    expect(found(at("available", "requested", made), trouble(true)).state.phase).toBe("stuck");
  });

  it("is one way back when a person stops it in the middle", () => {
    const life = at("available");
    const stopped = say(life, { kind: "abort", by: { kind: "person", id: "r", name: "R" }, why: "wrong one" });
    expect(stopped.effects).toMatchObject([{ kind: "revert", service: "backend", attempt: 1 }]);
    const done = goOn(stopped, until("aborted"));
    expect(done.state.phase).toBe("aborted");
    expect(kinds(done)).not.toContain("digest.blocked");
  });
});

describe("two colours of a service that ran nothing before", () => {
  const first = (extra: Partial<Plan> = {}) =>
    aPlan({ services: [aBlueGreenService("backend", { from: null, rollback: null })], ...extra });

  it("have nothing to go back from while the new one takes no traffic: it ends, and its pods go at their time", () => {
    const ended = found(at("smoke", "requested", first()), trouble(true));
    expect(ended.state).toMatchObject({
      phase: "failed",
      nextStep: "Nothing that takes traffic was changed. Mend the cause, then promote again.",
    });
    expect(ended.effects).toMatchObject([{ kind: "retire", service: "backend", dueAt: later(ended.now, 1_800_000) }]);
    expect(retiredColour(ended.state, "backend")).toBe("green");
    const stopped = say(at("smoke", "requested", first()), { kind: "abort", by: rita, why: "wrong one" });
    expect(stopped.state.phase).toBe("aborted");
  });

  it("are stuck after the switch, with what a person can do", () => {
    const stuck = found(at("switch", "accepted", first()), trouble(true));
    expect(stuck.state).toMatchObject({
      phase: "stuck",
      trouble:
        "backend ran nothing before: there is nothing to go back to. Close this with a reason, then bring a release that works",
    });
    expect(decide(stuck.state, { kind: "retryRollback", by: rita }, stuck.now)).toMatchObject({ code: "notRunning" });
    const closed = say(stuck, { kind: "close", by: rita, why: "seen" });
    expect(closed.state).toMatchObject({ phase: "failed", nextStep: "Closed by a person: seen" });
  });

  it("leave the way back to the other services of the promotion", () => {
    const services = [aService("chat"), ...first().services];
    const life = goOn(begin(aPlan({ services })), (state) => {
      const rollout = state.phase === "rollingOut" ? state.rollouts[1] : undefined;
      return rollout?.phase === "stepping" && currentStep(rollout.steps)?.step.kind === "smoke";
    });
    const step = { service: "backend", step: "smoke", attempt: 1 };
    const begun = say(life, { kind: "intendStep", ...step, generation: 7 });
    const back = say(begun, { kind: "stepFound", ...step, finding: trouble(true) });
    expect(back.effects).toMatchObject([{ kind: "revert", service: "chat", attempt: 1 }]);
    const ended = goOn(back, until("rolledBack"));
    expect(ended.state).toMatchObject({ rollouts: [{ phase: "reverted" }, { phase: "failed" }] });
  });
});

describe("a failure after the switch that is held and does not go back", () => {
  it("leaves the new colour live, and the old one up for as long as its policy says", () => {
    const made = aPlan({ services: [aBlueGreenService("backend")], onFailure: "hold" });
    const verifying = goOn(begin(made), until("verifying"));
    const { checks } = verifying.state as PromotionState & { phase: "verifying" };
    const wrong = checks.map((check) => ({ ...check, status: "failed" as const, found: "answered 500" }));
    const held = say(verifying, { kind: "checked", checks: wrong });
    expect(held.state.phase).toBe("failed");
    expect(kinds(held)).toContain("environment.held");
    expect(held.effects).toMatchObject([{ kind: "retire", service: "backend", dueAt: later(held.now, 1_800_000) }]);
    expect(retiredColour(held.state, "backend")).toBe("blue");
  });
});
