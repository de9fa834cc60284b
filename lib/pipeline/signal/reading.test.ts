import { describe, expect, it } from "vitest";
import { judgeSignal, nextReading } from "@/lib/pipeline/signal/reading";

const [noon, later, muchLater] = ["2026-01-01T12:00:00.000Z", "2026-01-01T12:01:00.000Z", "2026-01-01T12:04:00.000Z"];
const minute = 60_000;
const limits = { warn: 0.01, bad: 0.05 };

describe("what is kept of an answer", () => {
  it("is the number alone, and ends what was in its way", () => {
    expect(nextReading({ value: 1, at: noon, trouble: "down", since: noon }, 2, later)).toEqual({
      value: 2,
      at: later,
    });
  });

  it("is the last number with the trouble, since it began; another trouble begins anew", () => {
    const first = nextReading({ value: 1, at: noon }, "down", later);
    expect(first).toEqual({ value: 1, at: noon, trouble: "down", since: later });
    expect(nextReading(first, "down", muchLater)).toEqual(first);
    expect(nextReading(first, "no data", muchLater)).toEqual({ ...first, trouble: "no data", since: muchLater });
    expect(nextReading(undefined, "no data", noon)).toEqual({ trouble: "no data", since: noon });
  });
});

describe("a signal as it stands", () => {
  it.each([
    [0, "good"],
    [0.01, "good"],
    [0.011, "warn"],
    [0.05, "warn"],
    [0.051, "bad"],
  ])("of %s within 1 % and 5 % is %s", (value, standing) => {
    expect(judgeSignal({ value, at: noon }, limits, minute, later)).toEqual({ standing, value });
  });

  it("without limits is a number that nobody calls good", () => {
    expect(judgeSignal({ value: 7, at: noon }, {}, minute, later)).toEqual({ standing: "measured", value: 7 });
    expect(judgeSignal({ value: 7, at: noon }, { bad: 8 }, minute, later).standing).toBe("good");
  });

  it("is unknown where nobody asked, where there is trouble, and where the number is old: never what it was", () => {
    expect(judgeSignal(undefined, limits, minute, noon)).toEqual({ standing: "unknown", why: "not asked yet" });
    const troubled = { value: 0, at: noon, trouble: "no answer", since: later };
    expect(judgeSignal(troubled, limits, minute, later)).toEqual({
      ...{ standing: "unknown", why: "no answer", since: later },
    });
    const old = judgeSignal({ value: 0, at: noon }, limits, minute, muchLater);
    expect(old).toEqual({ standing: "unknown", why: "nobody has asked", since: noon });
    expect(judgeSignal({ value: 0, at: "nonsense" }, limits, minute, noon).standing).toBe("unknown");
  });
});
