import fc from "fast-check";
import { expect, test } from "vitest";
import { duration, durationMsMax, formatDuration, parseDuration } from "@/lib/pipeline/policy/duration";

test.each([
  ["1s", 1_000],
  ["90s", 90_000],
  ["15m", 900_000],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
])("%s is %i milliseconds", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
  expect(duration.parse(text)).toBe(ms);
});

test.each([
  "",
  "0s",
  "00s",
  "01s",
  "-1s",
  "+1s",
  "1.5h",
  "90",
  "s",
  "1w",
  "1S",
  " 1s",
  "1s ",
  "1h30m",
  "1e3s",
  "９s",
  "1s\n",
])("%j is no duration", (text) => {
  expect(parseDuration(text)).toBeUndefined();
  expect(duration.safeParse(text).success).toBe(false);
});

test("366 days are the longest", () => {
  expect(duration.parse("366d")).toBe(durationMsMax);
  expect(duration.safeParse("367d").success).toBe(false);
  expect(duration.safeParse("999999999d").success).toBe(false);
});

test.each([
  [90_000, "90s"],
  [3_600_000, "1h"],
  [86_400_000, "1d"],
  [172_800_000, "2d"],
  [1_500, "1s"],
  [0, "0s"],
])("%i milliseconds are written %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("what is written reads back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: durationMsMax / 1_000 }), (seconds) => {
      expect(parseDuration(formatDuration(seconds * 1_000))).toBe(seconds * 1_000);
    }),
  );
});
