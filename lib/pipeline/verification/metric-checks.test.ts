import { expect, it } from "vitest";
import { verificationMetric } from "@/lib/pipeline/policy/metric";
import { trigger } from "@/lib/pipeline/policy/trigger";
import { metricChecks, placeOf } from "@/lib/pipeline/verification/metric-checks";

it("makes a check of every metric and trigger, none of them good yet, and knows its place again", () => {
  const metric = { name: "errors", connection: "metrics", query: "q", max: "5%" };
  const demands = {
    metrics: [
      verificationMetric.parse(metric),
      verificationMetric.parse({ ...metric, name: "tried out", dryRun: true }),
    ],
    rollBackWhen: [trigger.parse({ restarts: 3, within: "5m" })],
  };
  const checks = metricChecks("backend", "backend", demands, "2026-03-01T10:00:00.000Z");
  expect(checks).toMatchObject([
    { id: "backend:metric:0", kind: "metric", title: "errors at most 5 %", status: "waiting" },
    { id: "backend:metric:1", kind: "metric", dryRun: true },
    { id: "backend:trigger:0", kind: "trigger", title: "goes back when 3 restarts within 5m" },
  ]);
  expect(checks.map(placeOf)).toEqual([0, 1, 0]);
  expect(metricChecks("backend", "backend", {}, "2026-03-01T10:00:00.000Z")).toEqual([]);
});
