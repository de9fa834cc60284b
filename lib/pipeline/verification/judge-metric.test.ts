import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBound } from "@/lib/pipeline/policy/bound";
import type { MetricPolicy } from "@/lib/pipeline/policy/metric";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import {
  judgeMetric,
  type MetricReading,
  metricTitle,
  moveMetric,
  type Point,
} from "@/lib/pipeline/verification/judge-metric";

const now = "2026-03-01T10:00:00.000Z";
const at = (seconds: number) => new Date(Date.parse(now) + seconds * 1000).toISOString();
const limit = (text: string) => parseBound(text) ?? { kind: "factor" as const, factor: 1 };

const aMetric = (extra: Partial<MetricPolicy> = {}): MetricPolicy => ({
  name: "error rate",
  connection: "metrics",
  query: "q",
  max: limit("5%"),
  minSamples: 1,
  consecutive: 1,
  judge: { kind: "threshold" },
  onInconclusive: "rollBack",
  unit: "share",
  ...extra,
});
const points = (values: (number | undefined)[]): Point[] =>
  values.map((value, index) => ({ at: at(index - values.length + 1), value }));
const reading = (values: (number | undefined)[], baseline?: (number | undefined)[]): MetricReading => ({
  kind: "numbers",
  askedAt: now,
  points: points(values),
  ...(baseline ? { baseline: points(baseline) } : {}),
});
const judged = (policy: MetricPolicy, values: (number | undefined)[], baseline?: (number | undefined)[]) =>
  judgeMetric(policy, reading(values, baseline));

describe("one number against its limits", () => {
  it.each([
    ["below", [0.04], undefined, aMetric(), "pass", "4 % · at most 5 %"],
    ["at it", [0.05], undefined, aMetric(), "pass", "5 % · at most 5 %"],
    ["above", [0.35], undefined, aMetric(), "fail", "35 % · at most 5 %"],
    ["the newest counts", [0.35, 0.01], undefined, aMetric(), "pass", "1 % · at most 5 %"],
    [
      "under a minimum",
      [0.98],
      undefined,
      aMetric({ max: undefined, min: limit("99%") }),
      "fail",
      "98 % · at least 99 %",
    ],
    [
      "within points",
      [0.014],
      [0.01],
      aMetric({ max: limit("+0.5%") }),
      "pass",
      "1.4 % · baseline 1 % · at most 1.5 %",
    ],
    [
      "beyond points",
      [0.016],
      [0.01],
      aMetric({ max: limit("+0.5%") }),
      "fail",
      "1.6 % · baseline 1 % · at most 1.5 %",
    ],
    [
      "within a multiple",
      [0.55],
      [0.5],
      aMetric({ max: limit("1.2x"), unit: "seconds" }),
      "pass",
      "550 ms · baseline 500 ms · at most 600 ms",
    ],
    [
      "beyond a multiple",
      [0.7],
      [0.5],
      aMetric({ max: limit("1.2x"), unit: "seconds" }),
      "fail",
      "700 ms · baseline 500 ms · at most 600 ms",
    ],
  ] as const)("%s", (_, values, baseline, policy, outcome, words) => {
    expect(judged(policy, [...values], baseline && [...baseline])).toMatchObject({ outcome, words });
  });

  it.each([
    ["no data", reading([]), "no data"],
    ["not a number", reading([undefined]), "not a number"],
    ["some that are no number", reading([0.01, undefined, 0.01]), "1 of 3 values are no number"],
    ["no answer", { kind: "silent", message: "metrics: no answer" } as const, "metrics: no answer"],
    [
      "a stale one",
      { kind: "numbers", askedAt: at(61), points: points([0.01]) } as const,
      "its newest number is older than 1m",
    ],
  ])("is inconclusive with %s", (_, given, words) => {
    expect(judgeMetric(aMetric(), given)).toMatchObject({ outcome: "inconclusive", words });
  });

  it("is inconclusive without the baseline that it needs, and with too few numbers", () => {
    const relative = aMetric({ max: limit("+0.5%") });
    expect(judged(relative, [0.01])).toMatchObject({ outcome: "inconclusive" });
    expect(judged(relative, [0.01], [])).toMatchObject({ outcome: "inconclusive", words: "its baseline: no data" });
    expect(judged(relative, [0.01], [undefined])).toMatchObject({ outcome: "inconclusive" });
    expect(judged(aMetric({ max: limit("2x") }), [0.01], [-1])).toMatchObject({ outcome: "inconclusive" });
    expect(judged(aMetric({ minSamples: 3 }), [0.01, 0.01])).toMatchObject({
      outcome: "inconclusive",
      words: "2 of 3 values so far",
    });
  });

  it("is inconclusive where its baseline of the same moment has stopped, and not where it is the time before", () => {
    const old = points([0.01, 0.01]).map((one) => ({ ...one, at: at(-61) }));
    const given: MetricReading = { kind: "numbers", askedAt: now, points: points([0.01]), baseline: old };
    expect(judgeMetric(aMetric({ max: limit("+0.5%"), baseline: "b" }), given)).toMatchObject({
      outcome: "inconclusive",
      words: "its baseline: its newest number is older than 1m",
    });
    expect(judgeMetric(aMetric({ max: limit("+0.5%") }), given)).toMatchObject({ outcome: "pass" });
  });

  it.each([
    ["a multiple that is no number any more", [1], [Number.MAX_VALUE], aMetric({ max: limit("2x") })],
    [
      "a mean that is none",
      Array.from({ length: 5 }, () => Number.MAX_VALUE),
      [1, 1, 1, 1, 1],
      aMetric({ min: limit("0.5x"), max: undefined, judge: { kind: "mannWhitney", confidencePercent: 98 } }),
    ],
    [
      "numbers that take each other away",
      [...Array.from({ length: 3 }, () => Number.MAX_VALUE), ...Array.from({ length: 3 }, () => -Number.MAX_VALUE)],
      [1, 1, 1, 1, 1],
      aMetric({ max: limit("+1"), judge: { kind: "mannWhitney", confidencePercent: 98 } }),
    ],
  ] as const)("is inconclusive with %s", (_, values, baseline, policy) => {
    expect(judged(policy, [...values], [...baseline])).toMatchObject({
      outcome: "inconclusive",
      words: "its numbers are too large to be compared",
    });
  });

  it.each([
    ["nothing before and nothing now", [0], "pass"],
    ["nothing before and anything now", [0.0001], "fail"],
  ] as const)("a multiple of zero is zero: with %s", (_, values, outcome) => {
    expect(judged(aMetric({ max: limit("1.2x") }), [...values], [0])).toMatchObject({ outcome, max: 0 });
  });

  it("is an error where the question is wrong", () => {
    expect(judgeMetric(aMetric(), { kind: "wrong", message: "parse error" })).toMatchObject({ outcome: "error" });
  });
});

describe("the statistical judge", () => {
  const policy = aMetric({
    max: limit("1.2x"),
    unit: "seconds",
    minSamples: 5,
    judge: { kind: "mannWhitney", confidencePercent: 98 },
  });
  const base = [0.5, 0.51, 0.49, 0.52, 0.48, 0.505, 0.495, 0.515];

  it("fails what is surely and much greater", () => {
    expect(
      judged(
        policy,
        base.map((one) => one * 1.5),
        base,
      ),
    ).toMatchObject({ outcome: "fail" });
  });
  it("passes what differs surely, but not by more than its limit", () => {
    expect(
      judged(
        policy,
        base.map((one) => one * 1.1),
        base,
      ),
    ).toMatchObject({ outcome: "pass" });
  });
  it("passes what differs by much in one number, which may be chance", () => {
    expect(judged(policy, [...base.slice(0, 7), 9], base)).toMatchObject({ outcome: "pass" });
  });
  it("is inconclusive with too few numbers on either side", () => {
    expect(judged(policy, base.slice(0, 4), base)).toMatchObject({ outcome: "inconclusive" });
    expect(judged(policy, base, base.slice(0, 4))).toMatchObject({ outcome: "inconclusive" });
  });
  it("is inconclusive where so few numbers could never be so sure, however far they are apart", () => {
    const surer = { ...policy, judge: { kind: "mannWhitney" as const, confidencePercent: 99.9 } };
    const worse = base.map((one) => one * 9);
    expect(judged(surer, worse.slice(0, 5), base.slice(0, 5))).toMatchObject({
      outcome: "inconclusive",
      words: "5 and 5 values are too few to be so sure of a difference",
    });
    expect(judged(surer, worse, base)).toMatchObject({ outcome: "fail" });
    expect(judged(surer, base.slice(0, 5), base.slice(0, 5))).toMatchObject({ outcome: "pass" });
  });
  it.each([
    ["the same number on both sides", [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], "pass"],
    ["each side a number of its own, far apart", [2, 2, 2, 2, 2], [1, 1, 1, 1, 1], "fail"],
    ["errors where there were none", [0.4, 0.4, 0.4, 0.4, 0.4], [0, 0, 0, 0, 0], "fail"],
    ["none on both sides", [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], "pass"],
    ["one error among many that are none", [0, 0, 0, 0, 0.9], [0, 0, 0, 0, 0], "pass"],
  ] as const)("judges constant series: %s", (_, values, baseline, outcome) => {
    expect(judged(policy, [...values], [...baseline]).outcome).toBe(outcome);
  });
  it("looks for less where the limit is a minimum", () => {
    const least = { ...policy, max: undefined, min: limit("0.9x") };
    expect(
      judged(
        least,
        base.map((one) => one * 0.5),
        base,
      ),
    ).toMatchObject({ outcome: "fail" });
    expect(
      judged(
        least,
        base.map((one) => one * 2),
        base,
      ),
    ).toMatchObject({ outcome: "pass" });
  });
});

const someValue = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -10, max: 10 }),
  fc.constant(undefined),
);
const someBound = fc.constantFrom("5%", "0.5", "+0.5%", "-1", "1.2x", "500ms").map(limit);
const somePolicy = fc
  .record({
    max: fc.option(someBound, { nil: undefined }),
    min: fc.option(someBound, { nil: undefined }),
    minSamples: fc.integer({ min: 1, max: 6 }),
    judge: fc.constantFrom<MetricPolicy["judge"]>(
      { kind: "threshold" },
      { kind: "mannWhitney", confidencePercent: 98 },
    ),
  })
  .map((extra) => aMetric(extra));
const values = fc.array(someValue, { maxLength: 12 });

describe("whatever the numbers are", () => {
  it("a value that is none, or too few of them, never passes and never fails", () => {
    fc.assert(
      fc.property(somePolicy, values, values, (policy, current, baseline) => {
        const { outcome } = judged(policy, current, baseline);
        if (current.includes(undefined) || current.length < policy.minSamples) expect(outcome).toBe("inconclusive");
      }),
    );
  });
  it("NaN and infinity are no numbers, wherever they come from", () => {
    fc.assert(
      fc.property(somePolicy, values, fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY), (policy, current, bad) => {
        expect(judged(policy, [...current, bad], [1, 1, 1, 1, 1, 1]).outcome).toBe("inconclusive");
        expect(judged({ ...policy, max: limit("1.2x") }, [1, 1, 1, 1, 1, 1], [...current, bad]).outcome).toBe(
          "inconclusive",
        );
      }),
    );
  });
  it("a greater number is never judged better by a maximum", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 10 });
    fc.assert(
      fc.property(someBound, finite, finite, finite, (max, low, more, baseline) => {
        const [before, after] = [low, low + more].map((one) => judged(aMetric({ max }), [one], [baseline]).outcome);
        if (before === "fail") expect(after).toBe("fail");
      }),
    );
  });
});

describe("a metric's check", () => {
  const check: CheckState = {
    ...{ id: "backend:metric:0", kind: "metric", service: "backend", title: "error rate", status: "waiting" },
    ...{ since: now, failures: 0, found: "not looked yet" },
  };
  const move = (before: CheckState, policy: MetricPolicy, value: number | undefined, seconds: number) =>
    moveMetric(before, policy, judged(policy, [value]), at(seconds), now);

  it("is good once it held for as long as it must", () => {
    const policy = aMetric({ forMs: 10_000 });
    const first = move(check, policy, 0.01, 5);
    expect(first).toMatchObject({ status: "holding", since: at(5), outcome: "pass" });
    expect(move(first, policy, 0.01, 14)).toMatchObject({ status: "holding" });
    expect(move(first, policy, 0.01, 15)).toMatchObject({ status: "good" });
  });
  it("is not good before the window that it compares has passed", () => {
    const policy = aMetric({ windowMs: 60_000 });
    expect(move(check, policy, 0.01, 59)).toMatchObject({ status: "holding" });
    expect(move(check, policy, 0.01, 60)).toMatchObject({ status: "good" });
  });
  it("fails after so many in a row outside, and what is not known counts neither way", () => {
    const policy = aMetric({ consecutive: 2 });
    const first = move(check, policy, 0.5, 1);
    expect(first).toMatchObject({ status: "waiting", failures: 1 });
    const unknown = move(first, policy, undefined, 2);
    expect(unknown).toMatchObject({ status: "unknown", failures: 1, outcome: "inconclusive" });
    expect(move(unknown, policy, 0.5, 3)).toMatchObject({ status: "failed" });
    expect(move(first, policy, 0.01, 2)).toMatchObject({ status: "good", failures: 0 });
  });
});

it("says in its title what must hold", () => {
  expect(metricTitle(aMetric())).toBe("error rate at most 5 %");
  expect(metricTitle(aMetric({ max: limit("1.2x"), min: limit("0.5x") }))).toBe(
    "error rate at most 1.2 × baseline and at least 0.5 × baseline",
  );
});
