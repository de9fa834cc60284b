import { describe, expect, it } from "vitest";
import type { Actor } from "@/lib/pipeline/actor";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { isOpen, refuses } from "@/lib/pipeline/gates/gate";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import { evaluateGates } from "@/lib/pipeline/gates/registry";
import { decide } from "@/lib/pipeline/promotion/decide";
import { later } from "@/lib/pipeline/promotion/decision";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { aPlan, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { aRequest, arjun, rita, startedAt } from "@/lib/pipeline/promotion/testing/some-input";

const ines: Actor = { kind: "person", id: "idp#ines", name: "Ines" };
const soak: PlannedGate = { kind: "soak", in: "staging", forMs: 60_000 };
const plan = aPlan({
  gates: [soak, { kind: "block" }, { kind: "hold" }, { ...soak, shadow: true }, { kind: "moon" } as never],
});
const [soakAt, blockAt, holdAt, shadowAt, oddAt] = [0, 1, 2, 3, 4];
const blocks = [{ service: "chat", digest: digestOf("a"), reason: "it crashed", blockedAt: startedAt }];

function say(state: PromotionState | undefined, input: PromotionInput, now = later(startedAt, 1_000)): PromotionState {
  const decided = decide(state, input, now);
  if (decided.kind === "rejection") throw new Error(`${decided.code}: ${decided.message}`);
  return decided.entries.reduce(evolve, state) as PromotionState;
}

const begin = (made = plan) => say(undefined, aRequest(made));
const override = (state: PromotionState, gate: number, extra: Partial<PromotionInput & { kind: "override" }> = {}) => {
  const words = { reason: "the shop is down", incident: "INC-7", authenticatedAt: null };
  return {
    kind: "override" as const,
    by: arjun,
    person: "idp#arjun",
    planHash: state.planHash,
    gate,
    ...words,
    ...extra,
  };
};
const confirm = (state: PromotionState, by: Actor) => {
  const person = by.kind === "person" ? by.id : "";
  const about = { planHash: state.planHash, override: 1, authenticatedAt: null };
  return { kind: "confirmOverride" as const, by, person, ...about };
};
const review = (by: Actor, words = "the soak was not needed") => {
  return { kind: "reviewOverride" as const, by, person: by.kind === "person" ? by.id : "", override: 1, words };
};
const judge = (state: PromotionState): Verdict[] => {
  const evidence = { successes: [], blocks, holds: [] };
  const overrides = (state.overrides ?? []).filter((one) => one.planHash === state.planHash);
  return evaluateGates({ plan: state.plan, evidence, now: startedAt, overrides });
};

describe("a gate that one person may override", () => {
  it("is open from then on, says who, why and which incident, and is asked again at once", () => {
    const state = begin();
    const decided = decide(state, override(state, soakAt), later(startedAt, 5));
    expect(decided).toMatchObject({
      entries: [{ kind: "gate.overridden", actor: arjun, data: { gateKind: "soak", incident: "INC-7" } }],
      effects: [{ kind: "evaluate", dueAt: later(startedAt, 5) }],
    });
    const [verdict] = judge(say(state, override(state, soakAt)));
    expect(verdict).toMatchObject({ status: "fail", overridden: { by: arjun, reason: "the shop is down" } });
    expect(verdict && isOpen(verdict)).toBe(true);
  });

  it("opens that gate alone", () => {
    const state = begin();
    expect(judge(say(state, override(state, soakAt))).map(isOpen)).toEqual([true, false, true, true, false]);
  });

  it("says who may override while nobody has", () => {
    expect(judge(begin()).map((verdict) => verdict.whoMayOverride)).toEqual([
      "an overrider of production",
      "two overriders of production",
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is closed again once the plan is another one", () => {
    const overridden = say(begin(), override(begin(), soakAt));
    const replanned = say(overridden, {
      ...{ kind: "evaluated", plan, planHash: "f".repeat(64), changes: ["the order"], slotFree: true },
      verdicts: [{ gate: "soak", status: "wait", demand: "", summary: "", evidence: [] }],
    });
    expect(replanned.planHash).toBe("f".repeat(64));
    expect(judge(replanned).map(isOpen)[soakAt]).toBe(false);
  });
});

describe("a gate that takes two", () => {
  it("stays closed until a second person confirms, and does not end the promotion meanwhile", () => {
    const asked = say(begin(), override(begin(), blockAt));
    const before = judge(asked)[blockAt];
    expect(before).toMatchObject({ status: "fail", overrideAsked: { id: 1, by: arjun } });
    expect([before && isOpen(before), before && refuses(before)]).toEqual([false, false]);
    const after = judge(say(asked, confirm(asked, ines)))[blockAt];
    expect(after).toMatchObject({ overridden: { by: arjun, confirmedBy: ines } });
    expect(after && isOpen(after)).toBe(true);
  });

  it("is confirmed by neither who asked for that nor who asked for the promotion, and once", () => {
    const asked = say(begin(), override(begin(), blockAt));
    expect(decide(asked, confirm(asked, arjun), startedAt)).toMatchObject({ code: "secondPerson" });
    expect(decide(asked, confirm(asked, rita), startedAt)).toMatchObject({ code: "secondPerson" });
    const inForce = say(asked, confirm(asked, ines));
    expect(decide(inForce, confirm(inForce, ines), startedAt)).toMatchObject({ code: "alreadyOverridden" });
    expect(decide(begin(), confirm(begin(), ines), startedAt)).toMatchObject({ code: "noSuchOverride" });
  });

  it("is not confirmed for another plan than it was asked for", () => {
    const asked = say(begin(), override(begin(), blockAt));
    const replanned: PromotionState = { ...asked, planHash: "f".repeat(64) };
    expect(decide(replanned, confirm(replanned, ines), startedAt)).toMatchObject({ code: "planChanged" });
    expect(decide(replanned, confirm(asked, ines), startedAt)).toMatchObject({ code: "planChanged" });
  });
});

describe("what cannot be overridden", () => {
  const state = begin();
  const verdicts = judge(state).map((verdict, index) =>
    index === soakAt ? { ...verdict, status: "pass" as const } : verdict,
  );
  const refused: [string, PromotionState, PromotionInput, string][] = [
    ["a hold: it is lifted instead", state, override(state, holdAt), "notOverridable"],
    ["a gate that this version does not know", state, override(state, oddAt), "notOverridable"],
    ["a gate in shadow, which stops nothing", state, override(state, shadowAt), "gateOpen"],
    ["a gate that passed", { ...state, verdicts }, override(state, soakAt), "gateOpen"],
    ["a gate that is not there", state, override(state, 5), "noSuchGate"],
    ["a gate of another plan", state, override(state, soakAt, { planHash: "0".repeat(64) }), "planChanged"],
    ["a gate twice", say(state, override(state, soakAt)), override(state, soakAt, { by: ines }), "alreadyOverridden"],
  ];
  it.each(refused)("is %s", (_, at, input, code) => {
    expect(decide(at, input, later(startedAt, 9))).toMatchObject({ kind: "rejection", code });
  });

  it("is anything once its time is over, or it has started or ended", () => {
    expect(decide(state, override(state, soakAt), state.expiresAt)).toMatchObject({ code: "ended" });
    const started = say(state, {
      ...{ kind: "evaluated", plan, planHash: state.planHash, changes: [], slotFree: true },
      verdicts: [{ gate: "soak", status: "pass", demand: "", summary: "", evidence: [] }],
    });
    expect(started.phase).toBe("rollingOut");
    expect(decide(started, override(started, soakAt), startedAt).kind).toBe("rejection");
  });

  it("is anything by a token or after a stale sign-in, where the plan asks for a recent one", () => {
    const gate: PlannedGate = { kind: "approval", count: 1, from: ["a"], expiresAfterMs: 1, stepUpMs: 60_000 };
    const fresh = begin(aPlan({ gates: [soak, gate] }));
    const now = later(startedAt, 120_000);
    const by: Actor = { kind: "token", id: "t", name: "ci", owner: "idp#arjun" };
    expect(decide(fresh, override(fresh, soakAt), now)).toMatchObject({ code: "stepUpNeeded" });
    expect(decide(fresh, override(fresh, soakAt, { by, authenticatedAt: now }), now)).toMatchObject({
      code: "stepUpNeeded",
    });
    expect(decide(fresh, override(fresh, soakAt, { authenticatedAt: later(now, -59_000) }), now).kind).toBe("decision");
  });
});

describe("the review", () => {
  const overridden = say(begin(), override(begin(), soakAt));
  const ended = say(overridden, { kind: "abort", by: rita, why: "it works again" });

  it("stays open beyond the end until another person closes it, and moves nothing else", () => {
    expect(ended).toMatchObject({ phase: "aborted", overrides: [{ review: null }] });
    const reviewed = say(ended, review(ines), later(startedAt, 9_000));
    expect(reviewed).toEqual({
      ...ended,
      overrides: [
        {
          ...ended.overrides?.[0],
          review: { by: ines, person: "idp#ines", words: "the soak was not needed", at: later(startedAt, 9_000) },
        },
      ],
    });
  });

  it("is closed by neither who overrode nor who asked, not before the end, once, and only where something was overridden", () => {
    expect(decide(ended, review(arjun), startedAt)).toMatchObject({ code: "secondPerson" });
    expect(decide(ended, review(rita), startedAt)).toMatchObject({ code: "secondPerson" });
    expect(decide(overridden, review(ines), startedAt)).toMatchObject({ code: "notEnded" });
    expect(decide(say(ended, review(ines)), review(ines), startedAt)).toMatchObject({ code: "alreadyReviewed" });
    const asked = say(begin(), override(begin(), blockAt));
    const void_ = say(asked, { kind: "abort", by: rita, why: "nobody confirmed" });
    expect(decide(void_, review(ines), startedAt)).toMatchObject({ code: "noSuchOverride" });
  });
});
