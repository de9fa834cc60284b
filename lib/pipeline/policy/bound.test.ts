import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bound, boundWords, limitOf, parseBound, valueWords } from "@/lib/pipeline/policy/bound";

describe("a limit", () => {
  it.each([
    ["5%", { kind: "value", value: 0.05, unit: "share" }, "5 %"],
    ["0.1%", { kind: "value", value: 0.001, unit: "share" }, "0.1 %"],
    ["0.5", { kind: "value", value: 0.5, unit: "number" }, "0.5"],
    ["500ms", { kind: "value", value: 0.5, unit: "seconds" }, "500 ms"],
    ["2s", { kind: "value", value: 2, unit: "seconds" }, "2 s"],
    ["200MB", { kind: "value", value: 200e6, unit: "bytes" }, "200 MB"],
    ["1GiB", { kind: "value", value: 2 ** 30, unit: "bytes" }, "1.07 GB"],
    ["+0.5%", { kind: "offset", by: 0.005, unit: "share" }, "baseline + 0.5 points"],
    ["-10ms", { kind: "offset", by: -0.01, unit: "seconds" }, "baseline − 10 ms"],
    ["+3", { kind: "offset", by: 3, unit: "number" }, "baseline + 3"],
    ["1.2x", { kind: "factor", factor: 1.2 }, "1.2 × baseline"],
  ])("%s is read, and said as %j", (text, expected, words) => {
    const read = parseBound(text);
    expect(read).toEqual(expected);
    expect(read && boundWords(read)).toBe(words);
  });

  it.each(["", "%", "five", "5 %", "+1.2x", "-1.2x", "0x", "1e3", "NaN", "Infinity", "5%%", "1.2X", "5%;"])(
    "%j is none",
    (text) => {
      expect(parseBound(text)).toBeUndefined();
      expect(bound.safeParse(text).success).toBe(false);
    },
  );

  it("is a number of its own, or follows the baseline, and is unknown without one", () => {
    const at = (text: string, baseline?: number) =>
      limitOf(parseBound(text) ?? { kind: "factor", factor: 0 }, baseline);
    expect(at("5%")).toBe(0.05);
    expect(at("+0.5%", 0.01)).toBeCloseTo(0.015);
    expect(at("1.2x", 0.5)).toBeCloseTo(0.6);
    expect(at("+0.5%")).toBeUndefined();
    expect(at("1.2x")).toBeUndefined();
  });
});

it.each([
  [0.0324, "share", "3.24 %"],
  [0.48, "seconds", "480 ms"],
  [1.5, "seconds", "1.5 s"],
  [1_500_000, "bytes", "1.5 MB"],
  [12, "bytes", "12 B"],
  [12345.6, "number", "12346"],
  [0, "share", "0 %"],
] as const)("%d as %s is %s", (value, unit, words) => expect(valueWords(value, unit)).toBe(words));

it("never throws for a text, and what it reads has a finite number", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[+-]?[0-9]{1,14}(\.[0-9]{1,8})?(%|x|ms|s|MB)?$/)), (text) => {
      const read = parseBound(text);
      if (read) expect(Number.isFinite(limitOf(read, 1))).toBe(true);
    }),
  );
});
