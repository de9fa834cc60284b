import { expect, it } from "vitest";
import { metricEvidence } from "@/lib/pipeline/verification/metric-evidence";

const at = (second: number) => `2026-03-01T10:00:0${second}.000Z`;

it("keeps query, value with its limits, and both series, and says unknown for what is not known", () => {
  const evidence = metricEvidence({
    ...{ name: "p99", unit: "seconds", query: "q".repeat(2000), baselineQuery: "b" },
    around: [
      { at: at(1), value: 0.2 },
      { at: at(2), value: undefined },
    ],
    series: [
      { at: at(3), value: null, baseline: null, max: null, min: null },
      { at: at(4), value: 0.9, baseline: 0.2, max: 0.24, min: null },
    ],
  });
  expect(evidence.slice(1)).toEqual([
    { name: "p99: baseline query", value: "b" },
    { name: "p99: value", value: "900 ms, baseline 200 ms, at most 240 ms" },
    { name: "p99: minutes before, UTC", value: "10:00:01 200 ms · 10:00:02 unknown" },
    { name: "p99: series, UTC", value: "10:00:03 unknown · 10:00:04 900 ms (baseline 200 ms)" },
  ]);
  expect(evidence[0]?.value).toHaveLength(1000);
  expect(metricEvidence({ name: "e", unit: "share", query: "q", baselineQuery: null, series: [] })).toEqual([
    { name: "e: query", value: "q" },
  ]);
});
