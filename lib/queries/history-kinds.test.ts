import fc from "fast-check";
import { expect, it } from "vitest";
import { decide } from "@/lib/pipeline/promotion/decide";
import { later } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import { aRequest, nextGoodInput, someInput, startedAt } from "@/lib/pipeline/promotion/testing/some-input";
import { entryGroupNames, kindsOf, peopleKinds } from "@/lib/queries/history-kinds";

const mostly = fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });

it("a promotion writes nothing in a person's name but what people can write, whatever happens to it", () => {
  const plan = aPlan();
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.tuple(mostly, someInput(plan)), { minLength: 20, maxLength: 60 }), (steps) => {
      let state: PromotionState | undefined;
      let now = startedAt;
      for (const [goWell, make] of [[false, () => aRequest(plan)] as const, ...steps]) {
        now = later(now, 2_000);
        const decided = decide(state, (goWell && state && nextGoodInput(state)) || make(state), now);
        if (decided.kind === "rejection") continue;
        state = decided.entries.reduce<PromotionState | undefined>(evolve, state);
        for (const entry of decided.entries) seen.add(named(entry));
      }
    }),
    { numRuns: 500, seed: 7 },
  );
  const byPeople = [...seen].filter((one) => one.startsWith("person ")).map((one) => one.slice("person ".length));
  expect(byPeople.filter((kind) => !peopleKinds.some((one) => one === kind))).toEqual([]);
  expect(byPeople).toContain("promotion.requested");
  expect([...seen]).toEqual(expect.arrayContaining(["system rollout.observed", "system verification.passed"]));
});

it("every kind is in one group", () => {
  const all = entryGroupNames.flatMap((group) => kindsOf(group));
  expect(new Set(all).size).toBe(all.length);
  expect(peopleKinds.length).toBeLessThan(all.length);
});

function named({ actor, kind }: Entry): string {
  return `${actor.kind} ${kind}`;
}
