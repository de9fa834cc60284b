import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstDifference } from "@/lib/ledger/first-difference";

describe("firstDifference", () => {
  it("finds none between a value and its copy", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => firstDifference(value, structuredClone(value)) === undefined));
  });

  it("does not see the order of keys, nor keys without a value", () => {
    expect(firstDifference({ a: 1, b: undefined }, { a: 1 })).toBeUndefined();
    expect(firstDifference({ a: 1, b: 2 }, { b: 2, a: 1 })).toBeUndefined();
    expect(firstDifference(0, -0)).toBeUndefined();
  });

  it.each([
    [1, 2, ""],
    [{ a: { b: [1, { c: "x" }] } }, { a: { b: [1, { c: "y" }] } }, "a.b[1].c"],
    [[1], [1, 2], "[1]"],
    [{ a: null }, {}, "a"],
    [{ a: [] }, { a: {} }, "a"],
  ])("between %j and %j is at %j", (left, right, path) => {
    expect(firstDifference(left, right)).toBe(path);
    expect(firstDifference(right, left)).toBe(path);
  });
});
