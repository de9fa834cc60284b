import { describe, expect, it } from "vitest";
import { z } from "zod";
import { InvalidInput, parseInput } from "@/lib/pipeline/errors";
import { outsideText, parameterIssues, textIssues, withSpaces } from "@/lib/pipeline/plain-text";

describe("a text of ours", () => {
  it.each([
    ["rollback\u0000", "NUL"],
    ["half \ud800", "lone surrogate"],
    ["approved \u202eton", "U+202E"],
    ["\u2066isolated\u2069", "U+2066"],
    ["\u202ax", "U+202A"],
  ])("%j is refused, with its place", (text, says) => {
    expect(textIssues({ reasons: [{ why: text }] })).toEqual([
      { path: ["reasons", 0, "why"], message: expect.stringContaining(says) },
    ]);
    expect(textIssues({ [text]: 1 })).toHaveLength(1);
    expect(parameterIssues(new URLSearchParams({ why: text }))).toHaveLength(text.isWellFormed() ? 1 : 0);
    const parse = () => parseInput(z.strictObject({ why: z.string() }), { why: text });
    expect(parse).toThrow(InvalidInput);
    expect(parse).toThrow(/^why: /);
  });

  it.each(["", "fix: déjà vu 🚀 — done", "שלום", "مرحبا", "line\nline\ttab", "\u200eleft to right mark"])(
    "%j is taken as it is",
    (text) => {
      expect(textIssues({ text })).toEqual([]);
      expect(parseInput(z.strictObject({ text: z.string() }), { text })).toEqual({ text });
    },
  );
});

it.each([
  ["v1.0\u202e0.2", "v1.0\ufffd0.2"],
  ["a\u0000b\nc", "a b c"],
  ["half \ud800", "half \ufffd"],
  ["plain 🚀", "plain 🚀"],
])("what an outside system says, %j, is kept as %j", (said, kept) => {
  expect(outsideText(said)).toBe(kept);
  expect(textIssues(kept)).toEqual([]);
});

it.each([
  ["v1\u202e0\u20692", "v1 0 2"],
  ["backend\u0000", "backend "],
  ["half \ud800", "half \ufffd"],
  [" two\nlines 🚀", " two\nlines 🚀"],
])("%j has spaces for what may not be held: %j", (said, kept) => {
  expect(withSpaces(said)).toBe(kept);
  expect(textIssues(kept)).toEqual([]);
});
