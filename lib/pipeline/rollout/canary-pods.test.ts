import { expect, it } from "vitest";
import { percentWords, podsForWeight, podsToCarry, shareOfPods, shareWords } from "@/lib/pipeline/rollout/canary-pods";

it.each([
  [10, 5, 1],
  [10, 10, 1],
  [10, 25, 3],
  [10, 50, 10],
  [2, 5, 1],
  [4, 99, 396],
])("beside %i pods, %i %% is nearest with %i", (stable, weight, canary) => {
  expect(podsForWeight(stable, weight)).toBe(canary);
});

it("says the share that the pods really give", () => {
  expect(shareWords(10, 1)).toBe("1 of 11 pods, 9.1 %");
  expect(shareWords(0, 1)).toBe("1 of 1 pod, 100 %");
  expect(shareOfPods(0, 0)).toBe(0);
  expect(percentWords(5)).toBe("5 %");
});

it("gives the canary at least the capacity of its traffic", () => {
  expect([podsToCarry(10, 5), podsToCarry(10, 25), podsToCarry(3, 50), podsToCarry(2, 100)]).toEqual([1, 3, 2, 2]);
});
