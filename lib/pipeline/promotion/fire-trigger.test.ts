import { describe, expect, it } from "vitest";
import type { Actor } from "@/lib/pipeline/actor";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { TriggerPolicy } from "@/lib/pipeline/policy/trigger";
import { decide } from "@/lib/pipeline/promotion/decide";
import { reportable } from "@/lib/pipeline/promotion/fire-trigger";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { begin, goOn, kinds, type Life, say, until } from "@/lib/pipeline/promotion/testing/a-life";
import { aBlueGreenService, aCanaryService, aPlan, aService } from "@/lib/pipeline/promotion/testing/a-plan";
import { aReport, rita, startedAt } from "@/lib/pipeline/promotion/testing/some-input";
import type { TriggerReport } from "@/lib/pipeline/promotion/trigger-report";
import { currentStep } from "@/lib/pipeline/rollout/step";
import { metricChecks } from "@/lib/pipeline/verification/metric-checks";

const alarm: Actor = { kind: "token", id: "t1", name: "breaker of payments", owner: "idp#rita" };
const webhook: TriggerPolicy = { kind: "webhook", webhook: "breaker" };
const watched = (extra: Partial<Plan> = {}) =>
  aPlan({ verification: { ...aPlan().verification, rollBackWhen: [webhook] }, ...extra });
const canary = aCanaryService("backend");
const withCanary = aPlan({
  services: [
    {
      ...canary,
      strategy: {
        ...canary.strategy,
        rollBackWhen: [{ kind: "restarts", restarts: 3, withinMs: 1 }, webhook],
      } as never,
    },
    aService("chat"),
  ],
});

const input = (report: Partial<TriggerReport> = {}) => ({
  kind: "triggerFired" as const,
  report: aReport(report),
  by: alarm,
});
const fire = (life: Life, report: Partial<TriggerReport> = {}) => say(life, input(report));
const refusal = (life: Life, report: Partial<TriggerReport> = {}) => {
  const decided = decide(life.state, input(report), life.now);
  return decided.kind === "rejection" ? { code: decided.code, message: decided.message } : undefined;
};
const stepOf = (state: PromotionState) => {
  const rollout = state.phase === "rollingOut" ? state.rollouts[0] : undefined;
  return rollout?.phase === "stepping" ? currentStep(rollout.steps) : undefined;
};

describe("a report while a release is watched", () => {
  const life = fire(goOn(begin(watched()), until("verifying")));

  it("sends it back at once, and says who, what and when", () => {
    expect(life.state).toMatchObject({
      phase: "rollingBack",
      cause: { kind: "failed", by: alarm, reason: "breaker was reported from outside: payments do not answer" },
    });
    expect(life.effects).toMatchObject([{ kind: "revert", dueAt: life.now }]);
    const fired = life.entries.find((entry) => entry.kind === "trigger.fired");
    expect(fired).toMatchObject({
      actor: alarm,
      data: { trigger: "breaker", report: "breaker-4711", words: "payments do not answer" },
    });
    expect(kinds(life).slice(-4)).toEqual([
      "trigger.fired",
      "verification.checked",
      "verification.failed",
      "rollback.started",
    ]);
  });

  it("fails the check of exactly this trigger", () => {
    const [checked] = life.entries.flatMap((one) => (one.kind === "verification.checked" ? [one.data.checks] : []));
    const failed = checked?.filter(({ status }) => status === "failed");
    expect(failed?.map(({ kind, found }) => [kind, found])).toEqual([
      ["trigger", "payments do not answer"],
      ["trigger", "payments do not answer"],
    ]);
    const alone = fire(goOn(begin(watched()), until("verifying")), { service: "chat" });
    expect(alone.state).toMatchObject({ cause: { service: "chat" } });
  });

  it("blocks what it is about: one service, or all of them", () => {
    const blocked = (life: Life) =>
      goOn(life, until("rolledBack")).entries.flatMap((one) =>
        one.kind === "digest.blocked" ? [one.data.service] : [],
      );
    expect(blocked(life)).toEqual(["backend", "chat"]);
    expect(blocked(fire(goOn(begin(watched()), until("verifying")), { service: "chat" }))).toEqual(["chat"]);
  });

  it("is not a success any more also where every check had passed and the tags are moved", () => {
    const passed = goOn(begin(watched()), (state) => state.phase === "verifying" && state.passedAt !== null);
    const back = fire(passed);
    expect(back.state).toMatchObject({ phase: "rollingBack", movedTags: [{ tag: "prod" }, { tag: "prod" }] });
    // What may have been moved already names again what runs, once everything is back.
    const ended = goOn(back, until("rolledBack"));
    const tags = ended.effects.flatMap((one) => (one.kind === "moveTag" ? [[one.service, one.attempt, one.id]] : []));
    expect(tags).toEqual([
      ["backend", 2, "demo-1:backend:moveTag:2"],
      ["chat", 2, "demo-1:chat:moveTag:2"],
    ]);
    const early = goOn(fire(goOn(begin(watched()), until("verifying"))), until("rolledBack"));
    expect(early.effects.filter(({ kind }) => kind === "moveTag")).toEqual([]);
  });

  it("holds the environment where its policy says so, and is stuck where it is a rollback itself", () => {
    const holding = fire(goOn(begin(watched({ onFailure: "hold" })), until("verifying")));
    expect(holding.state.phase).toBe("failed");
    expect(kinds(holding)).toContain("environment.held");
    expect(fire(goOn(begin(watched({ kind: "rollback" })), until("verifying"))).state.phase).toBe("stuck");
  });
});

describe("a report while a canary is under way", () => {
  const at = (id: string) => goOn(begin(withCanary), (state) => stepOf(state)?.step.id === id);

  it.each(["startCanary", "weight:25", "analyse:25", "analyse:50", "promoteStable", "trafficHome"])(
    "goes back from %s, whose step has failed with its words",
    (id) => {
      const requested = goOn(at(id), (state) => stepOf(state)?.step.id === id && stepOf(state)?.status === "requested");
      const life = fire(requested, { service: "backend" });
      expect(life.state).toMatchObject({ phase: "rollingBack", cause: { service: "backend", by: alarm } });
      expect(life.effects).toMatchObject([{ kind: "revert", service: "backend", dueAt: life.now }]);
      const failed = life.entries.flatMap((one) => (one.kind === "rollout.stepFailed" ? [one.data] : []));
      expect(failed).toMatchObject([{ step: id, reason: expect.stringContaining("payments do not answer") }]);
      expect(life.state).toMatchObject({ rollouts: [{ phase: "failed", touched: true }, { phase: "pending" }] });
    },
  );

  it("fails its own check among those of the share, and no other", () => {
    const life = goOn(at("analyse:25"), (state) => stepOf(state)?.status === "requested");
    const strategy = withCanary.services[0]?.strategy;
    if (strategy?.kind !== "canary") throw new Error("no canary");
    const demands = { metrics: strategy.analysis.metrics, rollBackWhen: strategy.rollBackWhen };
    const checks = metricChecks("backend:analyse:25", "backend", demands, life.now);
    const finding = { kind: "progressing" as const, words: "watching", facts: { standing: "watching" }, checks };
    const seen = say(life, { kind: "stepFound", service: "backend", step: "analyse:25", attempt: 1, finding });
    const [failed] = fire(seen).entries.flatMap((one) => (one.kind === "rollout.stepFailed" ? [one.data.checks] : []));
    expect(failed?.map(({ id, status }) => [id, status])).toEqual([
      ["backend:analyse:25:metric:0", "waiting"],
      ["backend:analyse:25:trigger:0", "waiting"],
      ["backend:analyse:25:trigger:1", "failed"],
    ]);
  });

  it("also paused between two shares, and while the other service is rolled out", () => {
    const paused = say(
      goOn(at("weight:25"), (state) => stepOf(state)?.status === "pending"),
      { kind: "pauseRollout", service: "backend", why: "to see", by: rita },
    );
    expect(fire(paused).state.phase).toBe("rollingBack");
    const later = goOn(begin(withCanary), (state) => {
      return state.phase === "rollingOut" && state.rollouts[1]?.phase === "accepted";
    });
    const back = fire(later, { service: "backend" });
    expect(back.state).toMatchObject({ phase: "rollingBack", cause: { service: "backend" } });
    expect(back.effects).toMatchObject([{ kind: "revert", service: "chat" }]);
    expect(goOn(back, until("rolledBack")).state.phase).toBe("rolledBack");
  });
});

it("a report before anything was changed ends it, and between the steps of two colours goes back", () => {
  const started = goOn(begin(watched()), until("rollingOut"));
  expect(fire(started).state).toMatchObject({ phase: "failed", cause: { by: alarm } });
  const colours = watched({ services: [aBlueGreenService("backend")] });
  const switched = goOn(begin(colours), (state) => stepOf(state)?.step.kind === "switch");
  expect(fire(switched).state.phase).toBe("rollingBack");
});

describe("what is refused, with nothing written", () => {
  it("a trigger that the plan does not name, with those that it does", () => {
    const life = goOn(begin(withCanary), until("verifying"));
    expect(refusal(life, { trigger: "other" })).toEqual({
      code: "noSuchTrigger",
      message: "the plan of demo-1 names no webhook other: it names breaker",
    });
    expect(refusal(life, { service: "chat" })?.message).toContain("it names none");
    expect(reportable(withCanary, "backend")).toEqual(["breaker"]);
    expect(reportable(withCanary, "chat")).toEqual([]);
    expect(reportable(watched(), "chat")).toEqual(["breaker"]);
  });

  it("what happened before it began, but for a clock that is a little behind", () => {
    const life = goOn(begin(watched()), until("verifying"));
    const earlier = (ms: number) => new Date(Date.parse(startedAt) + 2_000 - ms).toISOString();
    expect(refusal(life, { happenedAt: earlier(60_000) })?.code).toBe("reportOfBefore");
    expect(refusal(life, { happenedAt: earlier(0) })).toBeUndefined();
  });

  it("where nothing is in flight: before, on the way back, stuck, after the end", () => {
    expect(refusal(begin(watched()))?.code).toBe("notRunning");
    const back = fire(goOn(begin(watched()), until("verifying")));
    expect(refusal(back)?.message).toContain("going back already");
    const stuck = fire(goOn(begin(watched({ kind: "rollback" })), until("verifying")));
    expect(refusal(stuck)?.message).toContain("is stuck");
    for (const phase of ["succeeded", "rolledBack"] as const) {
      const ended = phase === "succeeded" ? goOn(begin(watched()), until(phase)) : goOn(back, until(phase));
      expect(ended.state.phase).toBe(phase);
      expect(refusal(ended)?.code).toBe("ended");
    }
  });
});
