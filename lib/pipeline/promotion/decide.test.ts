import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { decide } from "@/lib/pipeline/promotion/decide";
import { later } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import { hasEnded, type PromotionPhase, type PromotionState } from "@/lib/pipeline/promotion/state";
import { begin, goOn, kinds, type Life, say, until } from "@/lib/pipeline/promotion/testing/a-life";
import {
  aBlueGreenService,
  aCanaryService,
  aDelegatedService,
  aPlan,
  aService,
  digestOf,
} from "@/lib/pipeline/promotion/testing/a-plan";
import {
  aRequest,
  arjun,
  nextGoodInput,
  rita,
  someInput,
  startedAt,
} from "@/lib/pipeline/promotion/testing/some-input";
import { judgeCheck } from "@/lib/pipeline/verification/judge-check";

const holds = (life: Life) => life.entries.flatMap((one) => (one.kind === "environment.held" ? [one.data] : []));
const mostly = fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });

const watchedFromOutside = {
  ...aPlan().verification,
  rollBackWhen: [{ kind: "webhook" as const, webhook: "breaker" }],
};

/** Long lives as often as short ones: without `size` most would end before anything went wrong. */
const inputsOf = (plan: Plan) => fc.array(fc.tuple(mostly, someInput(plan)), { maxLength: 60, size: "max" });

describe("every state against every input", () => {
  it("answers with entries or a rejection, never throws, and an ended promotion never moves", () => {
    const plans = [
      aPlan(),
      aPlan({ kind: "rollback" }),
      aPlan({ onFailure: "hold" }),
      aPlan({ tags: [] }),
      aPlan({ services: [aService("backend", { from: null, rollback: null })] }),
      aPlan({ services: [aService("backend", { from: null, rollback: null }), aService("chat")] }),
      aPlan({ services: [aBlueGreenService("backend"), aService("chat")] }),
      aPlan({ services: [aBlueGreenService("backend")], kind: "rollback" }),
      aPlan({ services: [aBlueGreenService("backend", { from: null, rollback: null }), aService("chat")] }),
      aPlan({ services: [aCanaryService("backend"), aService("chat")] }),
      aPlan({ services: [aBlueGreenService("backend"), aService("chat")], verification: watchedFromOutside }),
      aPlan({ verification: watchedFromOutside, onFailure: "hold" }),
      aPlan({ verification: watchedFromOutside, kind: "rollback" }),
      aPlan({ services: [aDelegatedService("backend"), aService("chat")] }),
    ];
    const reached = new Set<PromotionPhase>();
    fc.assert(
      fc.property(
        fc.constantFrom(...plans).chain((plan) => fc.tuple(fc.constant(plan), inputsOf(plan))),
        ([plan, sequence]) => {
          let state: PromotionState | undefined;
          const entries: Entry[] = [];
          let now = startedAt;
          for (const [goWell, make] of [[false, () => aRequest(plan)] as const, ...sequence]) {
            now = later(now, 2_000);
            const input = (goWell && state && nextGoodInput(state)) || make(state);
            const decided = decide(state, input, now);
            if (decided.kind === "rejection") {
              expect(decided.message).not.toBe("");
              continue;
            }
            const had = state && hasEnded(state.phase) ? state : undefined;
            if (had) expect(input.kind).toBe("reviewOverride");
            entries.push(...decided.entries);
            state = decided.entries.reduce(evolve, state);
            if (state) reached.add(state.phase);
            if (had) expect(state).toEqual({ ...had, overrides: state?.overrides });
            for (const effect of decided.effects) expect(effect.id.startsWith("demo-1:")).toBe(true);
            // Whatever is not ended either waits for a person (stuck) or has work that brings it on.
            const idle = decided.effects.length === 0 && decided.entries.length > 0;
            if (idle && state && !hasEnded(state.phase))
              expect(["stuck", ...intended(decided.entries), ...tagging(state), ...paused(state)]).toContain(
                state.phase,
              );
          }
          expect(entries.reduce(evolve, undefined as PromotionState | undefined)).toEqual(state);
        },
      ),
      { numRuns: 1_500 },
    );
    expect([...reached].sort()).toEqual([
      "aborted",
      "failed",
      "queued",
      "rejected",
      "rolledBack",
      "rollingBack",
      "rollingOut",
      "stuck",
      "succeeded",
      "superseded",
      "verifying",
      "waiting",
    ]);
  });
});

/** An intent is followed by the call in the same step, so it makes no other work due. */
function intended(entries: Entry[]): PromotionPhase[] {
  const intents = ["rollout.requested", "rollout.stepRequested", "revert.requested"];
  return entries.some((entry) => intents.includes(entry.kind)) ? ["rollingOut", "rollingBack"] : [];
}

/** A canary that a person holds waits for a person. */
function paused(state: PromotionState): PromotionPhase[] {
  const rollouts = state.phase === "rollingOut" ? state.rollouts : [];
  return rollouts.some((one) => one.phase === "stepping" && one.paused) ? ["rollingOut"] : [];
}

/** While one tag is settled the others still have their own work. */
function tagging(state: PromotionState): PromotionPhase[] {
  return state.phase === "verifying" && state.passedAt ? ["verifying"] : [];
}

describe("the way to success", () => {
  it("rolls out in the plan's order, verifies for the watch period, moves the tags, succeeds", () => {
    const done = goOn(begin(), until("succeeded"));
    expect(done.state.phase).toBe("succeeded");
    const requested = done.entries.flatMap((entry) => (entry.kind === "rollout.requested" ? [entry.data.service] : []));
    expect(requested).toEqual(["backend", "chat"]);
    const observedFirst = kinds(done).indexOf("rollout.observed");
    expect(kinds(done).lastIndexOf("rollout.requested")).toBeGreaterThan(observedFirst);
    expect(kinds(done).filter((kind) => kind === "tag.moved")).toHaveLength(2);
  });

  it("says verified only when the watch period is over", () => {
    const verifying = goOn(begin(), until("verifying"));
    const good = nextGoodInput(verifying.state) as PromotionInput;
    const early = say(verifying, good, 9_000);
    expect(early.state.phase === "verifying" && early.state.passedAt).toBeNull();
    const late = say(early, good, 1_001);
    expect(late.state.phase === "verifying" && late.state.passedAt).toBe(late.now);
  });

  it("carries digest and plan hash in every intent", () => {
    const done = goOn(begin(), until("succeeded"));
    for (const entry of done.entries) {
      if (entry.kind === "rollout.requested")
        expect(entry.data).toMatchObject({ digest: digestOf("a"), planHash: done.state.planHash });
    }
  });
});

describe("what must not happen", () => {
  it("does not start while a gate waits, fails or is unknown", () => {
    for (const status of ["wait", "unknown", "fail"] as const) {
      const { state } = begin();
      const verdicts = [{ gate: "soak", status, demand: "", summary: "", evidence: [] }];
      const decided = decide(
        state,
        { kind: "evaluated", plan: state.plan, planHash: state.planHash, changes: [], verdicts, slotFree: true },
        later(startedAt, 1),
      );
      if (decided.kind === "rejection") throw new Error(decided.message);
      expect(decided.entries.map((entry) => entry.kind)).not.toContain("promotion.started");
    }
  });

  it("refuses the requester's own approval, a second one, and one of another plan", () => {
    const life = begin();
    const approve = (by: typeof rita, planHash: string): PromotionInput => ({
      kind: "approve",
      by,
      person: by.kind === "person" ? by.id : "",
      planHash,
      reason: null,
      authenticatedAt: null,
    });
    expect(decide(life.state, approve(rita, life.state.planHash), life.now)).toMatchObject({ code: "selfApproval" });
    expect(decide(life.state, approve(arjun, "0".repeat(64)), life.now)).toMatchObject({ code: "planChanged" });
    const once = say(life, approve(arjun, life.state.planHash));
    expect(decide(once.state, approve(arjun, life.state.planHash), once.now)).toMatchObject({
      code: "alreadyApproved",
    });
    const lapsed = { ...approve(arjun, life.state.planHash), lapsed: true } as PromotionInput;
    expect(decide(once.state, lapsed, once.now)).toMatchObject({ kind: "decision" });
    expect(decide(once.state, { ...lapsed, person: "idp#rita" } as PromotionInput, once.now).kind).toBe("rejection");
  });

  it("refuses a yes that comes after the time for it, even before the worker says that it expired", () => {
    const { state } = begin();
    const yes: PromotionInput = {
      kind: "approve",
      by: arjun,
      person: "idp#arjun",
      planHash: state.planHash,
      reason: null,
      authenticatedAt: null,
    };
    expect(decide(state, yes, later(state.expiresAt, -1)).kind).toBe("decision");
    expect(decide(state, yes, state.expiresAt)).toMatchObject({ kind: "rejection", code: "ended" });
  });

  it("takes a yes only after a recent sign-in of a person, where a gate asks for one", () => {
    const gate = { kind: "approval" as const, count: 1, from: ["approvers"], expiresAfterMs: 1, stepUpMs: 300_000 };
    const { state, now } = begin(aPlan({ gates: [gate] }));
    const yes = (authenticatedAt: string | null, by = arjun): PromotionInput => {
      return { kind: "approve", by, person: "idp#arjun", planHash: state.planHash, reason: null, authenticatedAt };
    };
    const token = { kind: "token" as const, id: "t", name: "ci", owner: "idp#arjun" };
    expect(decide(state, yes(null), now)).toMatchObject({ code: "stepUpNeeded" });
    expect(decide(state, yes(later(now, -300_001)), now)).toMatchObject({ code: "stepUpNeeded" });
    expect(decide(state, yes(later(now, -1), token), now)).toMatchObject({ code: "stepUpNeeded" });
    expect(decide(state, yes(later(now, -1)), now)).toMatchObject({
      entries: [{ kind: "promotion.approved", data: { authenticatedAt: later(now, -1) } }],
    });
  });

  it("voids approvals when the plan is made anew, and says what changed", () => {
    const life = begin();
    const approved = say(life, {
      kind: "approve",
      by: arjun,
      person: "idp#arjun",
      planHash: life.state.planHash,
      reason: null,
      authenticatedAt: null,
    });
    const plan = aPlan({ policyVersion: 4 });
    const verdicts = [{ gate: "approval", status: "wait" as const, demand: "", summary: "0 of 1", evidence: [] }];
    const replanned = say(approved, {
      kind: "evaluated",
      plan,
      planHash: "f".repeat(64),
      changes: ["the project file is version 4"],
      verdicts,
      slotFree: true,
    });
    expect(replanned.state).toMatchObject({ phase: "waiting", planHash: "f".repeat(64) });
    expect(replanned.entries.find((entry) => entry.kind === "promotion.replanned")?.data).toMatchObject({
      voided: 1,
      changes: ["the project file is version 4"],
    });
  });

  it("expires where nobody answered in time, even if everything would pass by now", () => {
    const life = begin();
    const late = say(life, nextGoodInput(life.state) as PromotionInput, 3_600_000);
    expect(late.state.phase).toBe("expired");
  });
});

describe("the way back", () => {
  const crash: PromotionInput = {
    kind: "sighted",
    service: "chat",
    sighting: { kind: "trouble", trouble: { kind: "failed", reason: "CrashLoopBackOff", evidence: [] } },
  };
  function crashing(plan = aPlan()): Life {
    const accepted = goOn(
      begin(plan),
      (state) => state.phase === "rollingOut" && state.rollouts[1]?.phase === "accepted",
    );
    return say(accepted, crash);
  }

  it("reverts what was changed, the last one first, blocks the digest that failed, and says what to do next", () => {
    const back = goOn(crashing(), until("rolledBack"));
    expect(back.state).toMatchObject({
      phase: "rolledBack",
      cause: { kind: "failed", service: "chat", reason: "CrashLoopBackOff" },
    });
    const reverted = back.entries.flatMap((entry) => (entry.kind === "revert.requested" ? [entry.data.service] : []));
    expect(reverted).toEqual(["chat", "backend"]);
    const blocked = back.entries.flatMap((entry) => (entry.kind === "digest.blocked" ? [entry.data] : []));
    expect(blocked).toMatchObject([{ service: "chat", digest: digestOf("a") }]);
  });

  it("never rolls back a rollback by itself: it is stuck, for a person", () => {
    const stuck = crashing(aPlan({ kind: "rollback" }));
    expect(stuck.state.phase).toBe("stuck");
    expect(stuck.effects).toEqual([]);
    expect(holds(stuck)).toMatchObject([{ reason: expect.stringContaining("demo-1 is stuck: this is a rollback") }]);
  });

  it("never brings back what a rollback replaced, whatever its target and checks say, unless a person asks", () => {
    const plan = aPlan({ kind: "rollback" });
    const asked = new Set<PromotionInput["kind"]>(["abort", "retryRollback"]);
    let reached = 0;
    fc.assert(
      fc.property(inputsOf(plan), (sequence) => {
        let life = begin(plan);
        for (const [goWell, make] of sequence) {
          const input = (goWell && nextGoodInput(life.state)) || make(life.state);
          if (asked.has(input.kind) || decide(life.state, input, later(life.now, 1_000)).kind === "rejection") continue;
          life = say(life, input);
        }
        expect(kinds(life)).not.toContain("revert.requested");
        const stuck = kinds(life).includes("promotion.stuck");
        expect(holds(life)).toHaveLength(stuck ? 1 : 0);
        if (stuck) reached += 1;
      }),
      { numRuns: 500 },
    );
    expect(reached).toBeGreaterThan(0);
  });

  it("holds the environment instead, where its policy says so", () => {
    const held = crashing(aPlan({ onFailure: "hold" }));
    expect(held.state.phase).toBe("failed");
    expect(kinds(held)).toContain("environment.held");
    expect(kinds(held)).not.toContain("revert.requested");
  });

  it("ends as aborted, without a block, when a person stopped it", () => {
    const verifying = goOn(begin(), until("verifying"));
    const stopped = goOn(say(verifying, { kind: "abort", by: arjun, why: "wrong one" }), (state) =>
      hasEnded(state.phase),
    );
    expect(stopped.state).toMatchObject({ phase: "aborted", by: arjun });
    expect(kinds(stopped)).not.toContain("digest.blocked");
  });

  it("is stuck when going back fails, and goes on when a person says so", () => {
    const back = crashing();
    const intended = say(back, nextGoodInput(back.state) as PromotionInput);
    const stuck = say(intended, {
      kind: "revertTrouble",
      service: "chat",
      attempt: 1,
      trouble: { kind: "failed", reason: "forbidden", evidence: [] },
    });
    expect(stuck.state).toMatchObject({ phase: "stuck", trouble: "chat: forbidden" });
    expect(stuck.effects).toEqual([]);
    expect(stuck.entries.at(-1)).toMatchObject({
      ...{ kind: "environment.held", actor: { kind: "system", name: "Waybill" } },
      ...{ data: { reason: "demo-1 is stuck: chat: forbidden" }, subject: { promotion: "demo-1" } },
    });
    const again = say(stuck, { kind: "retryRollback", by: rita });
    expect(again.effects).toMatchObject([{ kind: "revert", service: "chat", attempt: 2 }]);
    // Somebody may have lifted the first hold: the second time is another one.
    const trouble = { kind: "failed" as const, reason: "forbidden", evidence: [] };
    const intendedAgain = say(again, { kind: "intendRevert", service: "chat", attempt: 2, generation: 9 });
    const stuckAgain = say(intendedAgain, { kind: "revertTrouble", service: "chat", attempt: 2, trouble });
    expect(new Set(holds(stuckAgain).map(({ id }) => id)).size).toBe(2);
  });

  it("says a second time that a person is needed, where only some of the services have a way back", () => {
    const first = crashing(
      aPlan({ services: [aService("backend", { from: null, rollback: null }), aService("chat")] }),
    );
    expect(first.state).toMatchObject({
      phase: "stuck",
      trouble: expect.stringContaining("backend ran nothing before"),
    });
    const again = say(first, { kind: "retryRollback", by: rita });
    const chatIsBack = goOn(again, until("stuck"));
    expect(chatIsBack.state).toMatchObject({
      phase: "stuck",
      rollouts: [{ phase: "observed" }, { phase: "reverted" }],
      trouble: expect.stringContaining("backend ran nothing before"),
    });
    expect(chatIsBack.effects).toEqual([]);
    expect(decide(chatIsBack.state, { kind: "retryRollback", by: rita }, chatIsBack.now)).toMatchObject({
      kind: "rejection",
      code: "notRunning",
    });
    expect(say(chatIsBack, { kind: "close", by: rita, why: "removed by hand" }).state.phase).toBe("failed");
  });

  it("does not go back from what is right after a pause in which nobody looked; it lets it hold", () => {
    const verifying = goOn(begin(), until("verifying"));
    if (verifying.state.phase !== "verifying") throw new Error("not verifying");
    const { checks } = verifying.state;
    const answers = (status: "holding" | "good" | "unknown"): PromotionInput => {
      return { kind: "checked", checks: checks.map((check) => ({ ...check, status, found: "answered 200" })) };
    };
    const late = say(verifying, answers("holding"), 3_600_000);
    expect(late.state.phase).toBe("verifying");
    expect(late.effects).toMatchObject([{ kind: "verify" }]);
    expect(say(late, answers("good")).state).toMatchObject({ passedAt: expect.any(String) });
    expect(say(late, answers("unknown")).state).toMatchObject({ phase: "rollingBack", cause: { kind: "errored" } });
  });

  it("counts wrong answers in a row from look to look, and goes back at the third", () => {
    let verifying = goOn(begin(), until("verifying"));
    const looks: string[] = [];
    for (let look = 1; look <= 3; look++) {
      const { state, now } = verifying;
      if (state.phase !== "verifying") throw new Error("not verifying");
      const wrong = { kind: "answered" as const, status: 500, body: "", tookMs: 20, headers: {} };
      const policy = { url: "https://x.example", status: 200 };
      const checks = state.checks.map((check) =>
        check.kind === "digest" ? { ...check, status: "good" as const } : judgeCheck(check, policy, wrong, now),
      );
      verifying = say(verifying, { kind: "checked", checks }, 1_000);
      looks.push(verifying.state.phase);
    }
    expect(looks).toEqual(["verifying", "verifying", "rollingBack"]);
    expect(verifying.state).toMatchObject({
      cause: { kind: "failed", reason: expect.stringContaining("answered 500") },
    });
  });

  it("calls a wrong answer at the deadline a failure, whatever else could not be told", () => {
    const verifying = goOn(begin(), until("verifying"));
    if (verifying.state.phase !== "verifying") throw new Error("not verifying");
    const checks = verifying.state.checks.map((check, index) =>
      index === 0
        ? { ...check, status: "unknown" as const, found: "no answer" }
        : { ...check, status: "waiting" as const, failures: 1, found: "answered 503, not 200" },
    );
    const late = say(verifying, { kind: "checked", checks }, 120_000);
    expect(late.state).toMatchObject({ cause: { kind: "failed", reason: expect.stringContaining("answered 503") } });
  });

  it("tells a check that gave no answer from one that said no", () => {
    const verifying = goOn(begin(), until("verifying"));
    if (verifying.state.phase !== "verifying") throw new Error("not verifying");
    const silent = verifying.state.checks.map((check) => ({
      ...check,
      status: "unknown" as const,
      found: "no answer",
    }));
    const errored = say(verifying, { kind: "checked", checks: silent }, 120_000);
    expect(errored.state).toMatchObject({ phase: "rollingBack", cause: { kind: "errored" } });
    const wrong = verifying.state.checks.map((check) => ({
      ...check,
      status: "failed" as const,
      found: "answered 500",
    }));
    expect(say(verifying, { kind: "checked", checks: wrong }).state).toMatchObject({ cause: { kind: "failed" } });
  });
});

describe("a window that opens by itself", () => {
  const verdict = (gate: string, opensAt?: string): Verdict => {
    return { gate, status: "wait", demand: "", summary: "", evidence: [], ...(opensAt ? { opensAt } : {}) };
  };
  const look = (life: Life, verdicts: Verdict[], afterMs?: number) => {
    const { plan, planHash } = life.state;
    return say(life, { kind: "evaluated", plan, planHash, changes: [], verdicts, slotFree: true }, afterMs);
  };
  const { expiresAt } = begin().state;
  const closedUntil = later(expiresAt, 3 * 86_400_000);

  it("is waited for beyond the moment at which it would have expired, and starts once it is open", () => {
    const waiting = look(begin(), [verdict("freeze", closedUntil)]);
    expect(waiting.state.expiresAt).toBe(later(closedUntil, 86_400_000));
    expect(kinds(waiting)).toContain("promotion.prolonged");
    const late = look(waiting, [verdict("freeze", closedUntil)], Date.parse(expiresAt) - Date.parse(waiting.now) + 1);
    expect(late.state.phase).toBe("waiting");
    expect(kinds(late).filter((kind) => kind === "promotion.prolonged")).toHaveLength(1);
    const open = look(late, [{ ...verdict("freeze"), status: "pass" }], Date.parse(closedUntil) - Date.parse(late.now));
    expect(open.state.phase).toBe("rollingOut");
  });

  it("keeps nobody's answer waiting for ever: what waits for a person too expires when it said", () => {
    const waiting = look(begin(), [verdict("freeze", closedUntil), verdict("approval")]);
    expect(waiting.state.expiresAt).toBe(expiresAt);
    const verdicts = [verdict("freeze", closedUntil), verdict("approval")];
    expect(look(waiting, verdicts, Date.parse(expiresAt) - Date.parse(waiting.now)).state.phase).toBe("expired");
  });

  it("is none where nobody knows when it opens, or a forecast moves", () => {
    expect(look(begin(), [verdict("freeze")]).state.expiresAt).toBe(expiresAt);
    expect(look(begin(), [verdict("errorBudget", closedUntil)]).state.expiresAt).toBe(expiresAt);
  });
});
