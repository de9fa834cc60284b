import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameAt, metricUntil, placeOf } from "@/components/promotion/replay-frame";
import type { LedgerEntry } from "@/lib/ledger/ledger-entry";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { decide } from "@/lib/pipeline/promotion/decide";
import { later } from "@/lib/pipeline/promotion/decision";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import { hasEnded, type PromotionState } from "@/lib/pipeline/promotion/state";
import { begin, goOn, type Life } from "@/lib/pipeline/promotion/testing/a-life";
import { aBlueGreenService, aCanaryService, aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import { type MadeInput, nextGoodInput, someInput } from "@/lib/pipeline/promotion/testing/some-input";
import { canariesOf } from "@/lib/queries/canaries";
import type { MetricView } from "@/lib/queries/promotion-metrics";
import { momentOf } from "@/lib/queries/promotion-moment";
import type { PageEntry } from "@/lib/queries/promotion-orders";
import { replayOf } from "@/lib/queries/promotion-replay";
import { steppedRollouts } from "@/lib/queries/rollout-steps";

const plans = [
  aPlan(),
  aPlan({ services: [aBlueGreenService("backend")] }),
  aPlan({ services: [aCanaryService("backend")] }),
];
const usual = () => 4_000;

/** The entries of a life as they stand in a ledger. */
function ledgerOf({ entries }: Pick<Life, "entries">): LedgerEntry[] {
  return entries.map((entry, index) => {
    const place = { v: 1 as const, project: "veza", seq: index + 10, prev: "", hash: `${index}` };
    return { ...entry, ...place } as LedgerEntry;
  });
}

const mostly = fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const saidTo = (plan: Plan) => fc.array(fc.tuple(mostly, someInput(plan)), { maxLength: 60, size: "max" });

/** A life that mostly goes well, in which anything may be said in between. */
function lived(plan: Plan, said: readonly [boolean, MadeInput][]): Life {
  let life = begin(plan);
  for (const [goWell, make] of said) {
    const now = later(life.now, 2_000);
    const decided = decide(life.state, (goWell && nextGoodInput(life.state)) || make(life.state), now);
    if (decided.kind === "rejection") continue;
    const state = decided.entries.reduce(evolve, life.state as PromotionState | undefined) as PromotionState;
    life = { state, entries: [...life.entries, ...decided.entries], effects: decided.effects, now };
  }
  return life;
}

describe("a replay", () => {
  it("ends as what is stored, and each of its frames is the state after that entry, whatever happened", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...plans).chain((plan) => fc.tuple(fc.constant(plan), saidTo(plan))),
        ([plan, said]) => {
          const life = lived(plan, said);
          const ledger = ledgerOf(life);
          // As a browser gets it.
          const { moments } = JSON.parse(JSON.stringify(replayOf(ledger, usual))) as ReturnType<typeof replayOf>;
          const start = ledger.findIndex((entry) => entry.kind === "promotion.started");
          expect(moments).toHaveLength(start < 0 ? 0 : ledger.length - start);
          const told = ledger.map((entry) => ({ ...entry, service: entry.subject.service ?? null }) as PageEntry);
          const partsOf = (state: PromotionState, upTo: number) => ({
            ...momentOf(state, told.slice(0, upTo)),
            rollouts: steppedRollouts(state, usual),
            canaries: canariesOf(state),
          });
          moments.forEach((moment, place) => {
            const upTo = start + place + 1;
            const state = ledger.slice(0, upTo).reduce(evolve, undefined as PromotionState | undefined);
            expect(moment.seq).toBe(ledger[upTo - 1]?.seq);
            expect(frameAt(moments, place)).toEqual(partsOf(state as PromotionState, upTo));
          });
          if (moments.length > 0)
            expect(frameAt(moments, moments.length - 1)).toEqual(partsOf(life.state, ledger.length));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("says each part again only where it became another one", () => {
    const life = goOn(begin(plans[1]), (state) => hasEnded(state.phase));
    const { moments } = replayOf(ledgerOf(life), usual);
    const [first, ...others] = moments;
    expect(first?.changes.map(([path]) => path)).toEqual([[]]);
    const touched = others.filter(({ changes }) => changes.some(([path]) => path[0] === "checks"));
    expect(touched.length).toBeLessThan(others.length / 2);
    const whole = moments.reduce((sum, _, place) => sum + JSON.stringify(frameAt(moments, place)).length, 0);
    expect(JSON.stringify(moments).length).toBeLessThan(whole / 4);
    expect(moments.at(-1)).toMatchObject({ kind: "promotion.succeeded" });
    expect(moments.at(-1)?.changes).toContainEqual([["phase"], "succeeded"]);
  });
});

it("of thousands of entries sends a few hundred moments, in which every share is and of which each is small", () => {
  const life = goOn(begin(plans[2]), (state) => hasEnded(state.phase));
  const entries = ledgerOf(life);
  const at = entries.findIndex((one) => one.kind === "rollout.stepRequested" && one.data.step === "analyse:50");
  const checks = Array.from({ length: 10 }, (_, index) => `metric ${index}`);
  const noted = Array.from({ length: 5_000 }, (_, index) => ({
    ...{ ...entries[at], kind: "rollout.stepNoted" },
    data: {
      ...{ service: "backend", step: "analyse:50", attempt: 1, words: `canary at 50 %: ${index} s to go`, facts: {} },
      checks: checks.map((title) => {
        return {
          id: title,
          kind: "metric",
          service: "backend",
          title,
          status: "good",
          found: `${index} ms`,
          failures: 0,
        };
      }),
    },
  })) as unknown as LedgerEntry[];
  const ledger = [...entries.slice(0, at + 1), ...noted, ...entries.slice(at + 1)].map((entry, index) => {
    return { ...entry, seq: index + 1 };
  });
  const { moments, entries: all } = replayOf(ledger, usual);
  expect(all).toBeGreaterThan(5_000);
  expect(moments).toHaveLength(300);
  const kinds = (of: readonly { kind: string }[]) => of.filter((one) => one.kind === "rollout.stepDone").length;
  expect(kinds(moments)).toBe(kinds(ledger));
  expect(JSON.stringify(moments).length).toBeLessThan(400_000);
  expect(frameAt(moments, moments.length - 1).phase).toBe("succeeded");
});

it("finds the moment of an entry, also of one that is not shown by itself, or is before the first", () => {
  const moments = [{ seq: 20 }, { seq: 22 }, { seq: 30 }];
  expect([1, 20, 21, 29, 30, 99].map((entry) => placeOf(moments, entry))).toEqual([0, 0, 0, 1, 2, 2]);
});

it("knows of a metric what was measured and decided until then, and no more", () => {
  const at = (second: number) => `2026-03-01T10:00:0${second}.000Z`;
  const point = (second: number) => ({
    ...{ at: at(second), outcome: "pass" as const, value: second, baseline: null, max: null, min: null },
  });
  const metric = {
    points: [point(1), point(3), point(5)],
    decisions: [
      { at: at(2), status: "holding" },
      { at: at(4), status: "good" },
    ],
    measured: 3,
  } as MetricView;
  expect(metricUntil(metric, at(3))).toMatchObject({ measured: 2, decisions: [{ at: at(2) }], whole: metric });
  expect(metricUntil(metric, at(3)).points.map((one) => one.value)).toEqual([1, 3]);
  expect(metricUntil(metric, at(0)).points).toEqual([]);
});
