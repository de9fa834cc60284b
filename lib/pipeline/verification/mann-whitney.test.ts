import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastProbability, mannWhitney } from "@/lib/pipeline/verification/mann-whitney";

describe("the Mann-Whitney U test", () => {
  it.each([
    // Hollander and Wolfe (1973), as R's wilcox.test documents it: W = 35, p = 0.1272.
    [[0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46], [1.15, 0.88, 0.9, 0.74, 1.21], 35, 0.127206],
    // The example of SciPy's mannwhitneyu: U = 17, two-sided exact p = 1/9.
    [[19, 22, 16, 29, 24], [20, 11, 17, 12], 17, 0.0555556],
    [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 0, 1],
    [[6, 7, 8, 9, 10], [1, 2, 3, 4, 5], 25, 1 / 252],
  ])("counts out small samples: %j against %j", (first, second, u, probability) => {
    const found = mannWhitney(first, second);
    expect(found.u).toBe(u);
    expect(found.probability).toBeCloseTo(probability, 5);
    expect(found.superiority).toBeCloseTo(u / (first.length * second.length));
  });

  it("takes the normal approximation where numbers are equal", () => {
    // Computed with SciPy 1.17: mannwhitneyu([1, 2, 2, 3, 5], [2, 2, 4, 4, 6, 7], "greater", method="asymptotic").
    const found = mannWhitney([1, 2, 2, 3, 5], [2, 2, 4, 4, 6, 7]);
    expect(found.u).toBe(8);
    expect(found.probability).toBeCloseTo(0.91997133, 6);
  });

  it("takes it for large samples too", () => {
    // Computed with SciPy 1.17 for i * 0.37 % 1 and i * 0.73 % 1 + 0.1, i from 1 to 60.
    const first = Array.from({ length: 60 }, (_, index) => (((index + 1) * 37) % 100) / 100);
    const second = Array.from({ length: 60 }, (_, index) => (((index + 1) * 73) % 100) / 100 + 0.1);
    expect(mannWhitney(second, first).probability).toBeCloseTo(0.03780566, 6);
  });

  it.each([1, 2, 5, 8])("is never less likely than samples of its sizes can be: %d", (size) => {
    const low = Array.from({ length: size }, (_, index) => index);
    const high = low.map((one) => one + 100);
    expect(mannWhitney(high, low).probability).toBeCloseTo(leastProbability(size, size), 12);
  });

  it("finds no difference between equal numbers", () => {
    expect(mannWhitney([1, 1, 1], [1, 1, 1])).toEqual({ u: 4.5, probability: 1, superiority: 0.5 });
  });
});

const samples = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 });

it("is the chance that it says, and turns with its samples, whatever they are", () => {
  fc.assert(
    fc.property(samples, samples, (first, second) => {
      const [one, other] = [mannWhitney(first, second), mannWhitney(second, first)];
      expect(one.u + other.u).toBe(first.length * second.length);
      expect(one.superiority + other.superiority).toBeCloseTo(1);
      expect(one.probability).toBeGreaterThan(0);
      expect(one.probability).toBeLessThanOrEqual(1);
    }),
  );
});
