import { describe, expect, it } from "vitest";
import {
  ageWords,
  clockWords,
  coarseAgeWords,
  exactWords,
  leftWords,
  relativeWords,
  spanWords,
  wordsChangeAfterMs,
} from "./time-words";

const s = 1_000;
const min = 60 * s;
const h = 60 * min;
const d = 24 * h;

describe("an age", () => {
  it.each([
    [0, "0 s", "0s"],
    [999, "0 s", "0s"],
    [59_999, "59 s", "59s"],
    [min, "1 min", "1m"],
    [59 * min + 59 * s, "59 min", "59m"],
    [h, "1 h", "1h"],
    [23 * h + 59 * min, "23 h", "23h"],
    [d, "1 d", "1d"],
    [400 * d, "400 d", "400d"],
    [-5 * s, "0 s", "0s"],
  ])("of %i ms is %s, or short %s", (ms, long, short) => {
    expect(ageWords(ms)).toBe(long);
    expect(ageWords(ms, "short")).toBe(short);
  });
});

it("an age by a coarse clock counts from the first minute", () => {
  expect([-s, 0, 59_999, min, 90 * s].map((ms) => coarseAgeWords(ms))).toEqual(["now", "now", "now", "1 min", "1 min"]);
  expect(coarseAgeWords(h, "short")).toBe("1h");
});

describe("a span", () => {
  it.each([
    [0, "0 s"],
    [40 * s, "40 s"],
    [min + 40 * s, "1 min 40 s"],
    [h + 14 * min + 50 * s, "1 h 14 min"],
    [3 * h, "3 h"],
    [3 * h + 20 * s, "3 h"],
    [9 * d + 4 * h + 59 * min, "9 d 4 h"],
    [-h, "0 s"],
  ])("of %i ms is %s", (ms, words) => expect(spanWords(ms)).toBe(words));
});

describe("a moment seen from now", () => {
  it.each([
    [0, "just now"],
    [4 * min + 30 * s, "4 min ago"],
    [-0.9 * s, "just now"],
    [-s, "in a moment"],
    [-30 * s, "in a moment"],
    [-21 * h, "in 21 h"],
  ])("%i ms ago is %s", (ms, words) => expect(relativeWords(ms)).toBe(words));

  it("says what is left, and when nothing is", () => {
    expect(leftWords(2 * h)).toBe("2 h left");
    expect(leftWords(23 * h + 56 * min)).toBe("23 h 56 min left");
    expect(leftWords(0)).toBe("over");
    expect(leftWords(-1)).toBe("over");
  });

  it("never changes its words later than it says", () => {
    for (const age of [0, 30 * s, 59 * s, 10 * min, 59 * min, 3 * h, 9 * d]) {
      const change = wordsChangeAfterMs(age);
      expect(change).toBeGreaterThan(0);
      expect(change).toBeLessThanOrEqual(min);
    }
  });
});

describe("the wall clock", () => {
  const at = Date.UTC(2026, 10, 17, 14, 3, 5);

  it("reads in the zone that is named", () => {
    expect(clockWords(at, "time", "UTC")).toBe("14:03:05");
    expect(clockWords(at, "time", "Europe/Paris")).toBe("15:03:05");
    expect(clockWords(at, "date", "UTC")).toBe("Tue 17 Nov 2026");
    expect(clockWords(at, "moment", "UTC")).toBe("17 Nov 2026 14:03:05");
    expect(clockWords(at, "both", "UTC")).toBe("Tue 17 Nov 2026 14:03:05");
  });

  it("says how far its zone is from UTC at that moment", () => {
    expect(exactWords(at, "UTC")).toBe("Tue 17 Nov 2026 14:03:05 UTC");
    expect(exactWords(at, "Europe/Paris")).toBe("Tue 17 Nov 2026 15:03:05 UTC+1");
    expect(exactWords(Date.UTC(2026, 6, 1), "Europe/Paris")).toBe("Wed 1 Jul 2026 02:00:00 UTC+2");
    expect(exactWords(at, "Asia/Kolkata")).toBe("Tue 17 Nov 2026 19:33:05 UTC+5:30");
  });

  it("begins the day at 00, not 24", () => {
    expect(clockWords(Date.UTC(2026, 0, 1, 0, 5, 0), "time", "UTC")).toBe("00:05:00");
  });
});
