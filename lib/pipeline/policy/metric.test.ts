import { describe, expect, it } from "vitest";
import { canaryMetric, verificationMetric } from "@/lib/pipeline/policy/metric";

const base = { name: "error rate", connection: "metrics" };
const problems = (schema: typeof canaryMetric, value: object) => {
  const parsed = schema.safeParse({ ...base, ...value });
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
};

describe("a metric of a verification", () => {
  it("is read as the project file's documentation writes it", () => {
    expect(verificationMetric.parse({ ...base, query: "q", max: "5%", for: "2m" })).toEqual({
      ...base,
      query: "q",
      max: { kind: "value", value: 0.05, unit: "share" },
      forMs: 120_000,
      minSamples: 1,
      consecutive: 1,
      judge: { kind: "threshold" },
      onInconclusive: "rollBack",
      unit: "share",
    });
  });

  it("may be compared with the time before, and judged by a test", () => {
    const read = verificationMetric.parse({
      ...base,
      query: "q",
      max: "1.2x",
      window: "15m",
      judge: "mannWhitney",
      unit: "seconds",
    });
    expect(read).toMatchObject({
      judge: { kind: "mannWhitney", confidencePercent: 98 },
      minSamples: 10,
      unit: "seconds",
    });
  });

  it.each([
    ["no limit", { query: "q" }, "max: is missing, and so is min: nothing could ever fail"],
    ["no query", { max: 5 }, ": must have one of query, canary"],
    ["two queries", { query: "q", canary: "q", max: 5 }, ": has query and canary at once"],
    [
      "a comparison without a window",
      { query: "q", max: "+1%" },
      "window: is missing, so it is not said how much time is compared",
    ],
    [
      "a baseline alone",
      { query: "q", baseline: "b", max: 5 },
      "baseline: stands without canary, so there is nothing to compare with it",
    ],
    [
      "the pods of a canary",
      { query: '{h="{canaryHash}"}', max: 5 },
      "query: names the pods of a canary, and after a rollout there is none",
    ],
    [
      "a test against a number",
      { query: "q", max: "5%", window: "5m", judge: "mannWhitney" },
      "judge: compares with the baseline, and a limit is a number of its own",
    ],
    [
      "samples without a window",
      { query: "q", max: 5, minSamples: 3 },
      "minSamples: stands without window, so it is not said since when they count",
    ],
    ["a window that is not said", { query: "rate(x[{window}])", max: 5 }, "window: is missing, and query needs it"],
  ])("is refused with %s", (_, value, problem) => expect(problems(verificationMetric, value)).toContain(problem));

  it("refuses unknown keys, and a limit that is none", () => {
    expect(problems(verificationMetric, { query: "q", max: 5, foo: 1 })).toHaveLength(1);
    expect(problems(verificationMetric, { query: "q", max: "five" })).not.toEqual([]);
  });
});

it("a canary's metric has its baseline beside it", () => {
  const both = { canary: '{h="{canaryHash}"}', baseline: '{h="{stableHash}"}', window: "15m" };
  expect(canaryMetric.parse({ ...base, ...both, max: "+0.5%" })).toMatchObject({
    query: both.canary,
    baseline: both.baseline,
    unit: "share",
  });
  expect(problems(canaryMetric, { query: "q", window: "15m", max: "1.2x" })).toContain(
    "baseline: is missing, so there is nothing to compare with",
  );
  expect(problems(canaryMetric, { query: "q", max: "5%" })).toEqual([]);
});
