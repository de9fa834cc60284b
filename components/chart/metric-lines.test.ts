import { expect, it } from "vitest";
import { lineNames, numberWords, roomForWords, valueTicks, worstPoint } from "@/components/chart/metric-lines";
import type { MetricPoint, MetricView } from "@/lib/queries/promotion-metrics";

const point = (value: number | null, more: Partial<MetricPoint> = {}): MetricPoint => ({
  ...{ at: `2026-03-01T10:00:0${value ?? 9}.000Z`, outcome: "pass", value, baseline: null, max: null, min: null },
  ...more,
});

it.each([
  [[], [0, 0.5]],
  [[point(null)], [0, 0.5]],
  [[point(0)], [0, 0.5]],
  [[point(2, { max: 10, baseline: 3 })], [0, 5, 10]],
  [[point(0.35, { max: 0.05 })], [0, 0.2, 0.4]],
  [[point(0.24, { max: 0.258 })], [0, 0.1, 0.2, 0.3]],
  [[point(-3, { max: 1 })], [-4, -2, 0, 2]],
])("%j has round marks from zero, with every number and limit between them", (points, ticks) => {
  expect(valueTicks({ points })).toEqual(ticks);
});

it("calls unknown what is not known, and never draws it as a number", () => {
  expect(numberWords(null, { unit: "share" })).toBe("unknown");
  expect(numberWords(0, { unit: "share" })).toBe("0 %");
  expect(worstPoint({ points: [point(null)] })).toBeUndefined();
});

it("names the worst: the highest, or the lowest where the limit is a minimum", () => {
  expect(worstPoint({ points: [point(1), point(3), point(2), point(null)] })?.value).toBe(3);
  expect(worstPoint({ points: [point(1, { min: 1 }), point(3, { min: 1 })] })?.value).toBe(1);
});

it("names its lines by what is compared", () => {
  expect(lineNames({ comparedWith: "stable" } as MetricView)).toEqual({ value: "canary", baseline: "stable" });
  expect(lineNames({ comparedWith: null } as MetricView).value).toBe("measured");
  expect(lineNames({ comparedWith: "before" } as MetricView)).toEqual({ value: "after", baseline: "before" });
});

it.each([
  [[], []],
  [[0.5], [true]],
  [
    [0, 0.03, 0.5],
    [false, true, true],
  ],
  [
    [0.1, 0.25, 0.3],
    [true, false, true],
  ],
])("marks at %j have room for their words: %j", (shares, room) => {
  expect(roomForWords(shares)).toEqual(room);
});
