import { expect, it } from "vitest";
import { canaryMetric, verificationMetric } from "@/lib/pipeline/policy/metric";
import { metricQuestions } from "@/lib/pipeline/verification/metric-question";

const facts = { project: "demo", service: "backend", environment: "production", namespace: "demo-production" };
const base = { name: "errors", connection: "metrics" };
const moments = {
  now: "2026-03-01T10:05:00.500Z",
  since: "2026-03-01T10:00:00.000Z",
  before: "2026-03-01T09:58:00.000Z",
};

it("asks for one number now where a limit is a number of its own", () => {
  const policy = verificationMetric.parse({ ...base, query: 'rate(x{s="{service}"}[2m])', max: "5%" });
  expect(metricQuestions(policy, facts, moments)).toEqual({
    current: { connection: "metrics", expression: 'rate(x{s="backend"}[2m])', to: moments.now },
  });
});

it("compares the time since the new version serves with the whole window before the rollout", () => {
  const policy = verificationMetric.parse({ ...base, query: "rate(x[{window}])", max: "+0.5%", window: "15m" });
  const { current, baseline } = metricQuestions(policy, facts, moments);
  expect(current).toMatchObject({ expression: "rate(x[5m])", to: moments.now });
  expect(baseline).toMatchObject({ expression: "rate(x[15m])", to: moments.before });
  const later = metricQuestions(policy, facts, { ...moments, now: "2026-03-01T11:00:00.000Z" });
  expect(later.current.expression).toBe("rate(x[15m])");
});

it("asks for all numbers of the window where more than the newest is judged, and never for none", () => {
  const policy = verificationMetric.parse({ ...base, query: "q", max: "1.2x", window: "10m", judge: "mannWhitney" });
  const { current, baseline } = metricQuestions(policy, facts, moments);
  expect(current.range).toEqual({ from: "2026-03-01T10:00:00.500Z", stepMs: 10_000 });
  expect(baseline?.range).toEqual({ from: "2026-03-01T09:48:00.000Z", stepMs: 10_000 });
  const first = metricQuestions(policy, facts, { ...moments, now: moments.since });
  expect(first.current.range?.from).toBe(moments.since);
});

it("asks for a number at this very moment, however long a step of its window is", () => {
  const policy = verificationMetric.parse({ ...base, query: "q", max: "1.2x", window: "6h", judge: "mannWhitney" });
  for (const now of ["2026-03-01T10:05:00.500Z", "2026-03-01T11:11:11.000Z", "2026-03-01T17:00:00.000Z"]) {
    const { range, to } = metricQuestions(policy, facts, { ...moments, now }).current;
    const span = Date.parse(to) - Date.parse(range?.from ?? "");
    expect(span % (range?.stepMs ?? 0)).toBe(0);
    expect(Date.parse(range?.from ?? "")).toBeGreaterThanOrEqual(Date.parse(moments.since));
  }
});

it("asks a canary and its baseline at the same moment, and lets no name of a cluster end a string", () => {
  const both = { canary: 'a{h="{canaryHash}"}', baseline: 'a{h="{stableHash}"}' };
  const policy = canaryMetric.parse({ ...base, ...both, max: "1.2x", window: "1m" });
  const asked = metricQuestions(policy, { ...facts, canaryHash: '"} or up{', stableHash: "7d9f" }, moments);
  expect(asked.current).toMatchObject({ expression: 'a{h="___or_up_"}', to: moments.now });
  expect(asked.baseline).toMatchObject({ expression: 'a{h="7d9f"}', to: moments.now });
});
