import { describe, expect, it } from "vitest";
import type { Actor } from "@/lib/pipeline/actor";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import { decide } from "@/lib/pipeline/promotion/decide";
import { later } from "@/lib/pipeline/promotion/decision";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import { aRequest, arjun, rita, startedAt } from "@/lib/pipeline/promotion/testing/some-input";

const checklist: PlannedGate = { kind: "checklist", items: [{ text: "on-call told" }, { text: "backup made" }] };
const plan = aPlan({ gates: [{ kind: "hold" }, checklist] });

function say(state: PromotionState | undefined, input: PromotionInput, now = later(startedAt, 1_000)): PromotionState {
  const decided = decide(state, input, now);
  if (decided.kind === "rejection") throw new Error(`${decided.code}: ${decided.message}`);
  return decided.entries.reduce(evolve, state) as PromotionState;
}
const begin = () => say(undefined, aRequest(plan));
const ticking = (state: PromotionState, extra: Partial<PromotionInput & { kind: "tick" }> = {}) => ({
  ...{ kind: "tick" as const, by: arjun, person: "idp#arjun", planHash: state.planHash },
  ...{ gate: 1, item: 0, ticked: true, lapsed: false, ...extra },
});
const ticksOf = (state: PromotionState) => (state.ticks ?? []).map((one) => [one.item, one.by.name]);

describe("a tick", () => {
  it("is written with its words, kept in the state, and the gates are asked again at once", () => {
    const state = begin();
    expect(decide(state, ticking(state), later(startedAt, 5))).toMatchObject({
      kind: "decision",
      entries: [{ kind: "checklist.ticked", actor: arjun, data: { gate: 1, item: 0, text: "on-call told" } }],
      effects: [{ kind: "evaluate", dueAt: later(startedAt, 5) }],
    });
    expect(ticksOf(say(say(state, ticking(state)), ticking(state, { item: 1 })))).toEqual([
      [0, "Arjun"],
      [1, "Arjun"],
    ]);
  });

  it("is one for an item, whoever says it again", () => {
    const ticked = say(begin(), ticking(begin()));
    for (const by of [arjun, rita]) {
      const person = by.kind === "person" ? by.id : "";
      expect(decide(ticked, ticking(ticked, { by, person }), startedAt)).toMatchObject({ code: "alreadyTicked" });
    }
  });

  it("that does not count any more gives its place to another", () => {
    const ticked = say(begin(), ticking(begin()));
    const again = say(ticked, ticking(ticked, { by: rita, person: "idp#rita", lapsed: true }));
    expect(ticksOf(again)).toEqual([[0, "Rita"]]);
  });

  it("can be taken back, and ticked again; what nobody ticked cannot be taken back", () => {
    const state = begin();
    expect(decide(state, ticking(state, { ticked: false }), startedAt)).toMatchObject({ code: "notTicked" });
    const back = say(say(state, ticking(state)), ticking(state, { ticked: false }));
    expect(ticksOf(back)).toEqual([]);
    expect(ticksOf(say(back, ticking(back)))).toEqual([[0, "Arjun"]]);
  });

  const token: Actor = { kind: "token", id: "t1", name: "ci", owner: "idp#arjun" };
  it.each<[string, Partial<PromotionInput & { kind: "tick" }>, string]>([
    ["a token, whoever owns it", { by: token }, "personNeeded"],
    ["Waybill itself", { by: { kind: "system", name: "automation" } }, "personNeeded"],
    ["another plan's hash", { planHash: "0".repeat(64) }, "planChanged"],
    ["a gate that is no checklist", { gate: 0 }, "noSuchGate"],
    ["a gate that is not there", { gate: 7 }, "noSuchGate"],
    ["an item that is not there", { item: 2 }, "noSuchItem"],
  ])("is refused of %s", (_, extra, code) => {
    expect(decide(begin(), ticking(begin(), extra), startedAt)).toMatchObject({ kind: "rejection", code });
  });

  it("is refused once its time is over, and of what does not wait", () => {
    const state = begin();
    expect(decide(state, ticking(state), state.expiresAt)).toMatchObject({ code: "ended" });
    const aborted = say(state, { kind: "abort", by: rita, why: "stop" });
    expect(decide(aborted, ticking(aborted), startedAt)).toMatchObject({ code: "ended" });
  });

  it("is void once the plan is another one, which the entry says; it counts again if that plan comes back", () => {
    const ticked = say(begin(), ticking(begin()));
    const other = { ...plan, policyVersion: plan.policyVersion + 1 };
    const wait = [{ gate: "checklist", status: "wait" as const, demand: "", summary: "", evidence: [] }];
    const evaluated = (made: typeof plan) => ({
      ...{ kind: "evaluated" as const, plan: made, planHash: hashPlan(made), changes: ["the project file"] },
      ...{ verdicts: wait, slotFree: true },
    });
    const decided = decide(ticked, evaluated(other), later(startedAt, 2_000));
    expect(decided).toMatchObject({
      entries: [{ kind: "promotion.replanned", data: { voided: 0, voidedTicks: 1 } }, {}],
    });
    const replanned = say(ticked, evaluated(other));
    expect(decide(replanned, ticking(ticked), startedAt)).toMatchObject({ code: "planChanged" });
    const anew = say(replanned, ticking(replanned));
    expect(anew.ticks).toHaveLength(2);
    expect(decide(anew, ticking(anew), startedAt)).toMatchObject({ code: "alreadyTicked" });
  });

  it("stays with the promotion after it started", () => {
    const ticked = say(begin(), ticking(begin()));
    const open = [{ gate: "checklist", status: "pass" as const, demand: "", summary: "", evidence: [] }];
    const { planHash } = ticked;
    const started = say(ticked, { kind: "evaluated", plan, planHash, changes: [], verdicts: open, slotFree: true });
    expect(started.phase).toBe("rollingOut");
    expect(ticksOf(started)).toEqual([[0, "Arjun"]]);
  });
});
