import { expect, it } from "vitest";
import { lookAtMetrics, type MetricSubject } from "@/lib/engine/analysis/look-at-metrics";
import type { Engine } from "@/lib/engine/engine";
import { canaryMetric } from "@/lib/pipeline/policy/metric";
import { trigger } from "@/lib/pipeline/policy/trigger";
import { metricChecks } from "@/lib/pipeline/verification/metric-checks";
import type { MetricRequest } from "@/lib/ports/metric-source";

const now = "2026-03-01T10:00:00.000Z";
const before = (seconds: number) => new Date(Date.parse(now) - seconds * 1000).toISOString();
const facts = { project: "demo", service: "api", environment: "production", namespace: "demo", workload: "api-canary" };

/** Sources that say 0 to everything, as `or vector(0)` makes them, and what was kept of earlier looks. */
function anEngine(kept: { checkId: string; at: string; value: number }[] = []) {
  const asked: MetricRequest[] = [];
  const engine = {
    now: () => now,
    callMs: 1000,
    log: () => undefined,
    pool: { query: async () => kept, execute: async () => 1 },
    world: {
      metrics: async () => ({
        measure: async (requests: MetricRequest[]) => {
          asked.push(...requests);
          return requests.map(({ to }) => ({
            kind: "series",
            series: [{ labels: {}, points: [{ at: to, value: 0 }] }],
          }));
        },
      }),
    },
  };
  // Of an engine a look needs no more than this.
  return { engine: engine as unknown as Engine, asked };
}

const demands = {
  metrics: [
    canaryMetric.parse({ name: "errors", connection: "m", query: 'e{h="{canaryHash}"} or vector(0)', max: "5%" }),
    canaryMetric.parse({ name: "all", connection: "m", query: "f or vector(0)", max: "5%" }),
  ],
  rollBackWhen: [
    trigger.parse({ alert: "Crashing", connection: "m", labels: { pod_template_hash: "{canaryHash}" } }),
    trigger.parse({ memory: "90%", connection: "m", query: 'm{h="{stableHash}",c="{container}"} or vector(0)' }),
    trigger.parse({ metric: "errors", above: "5%" }),
  ],
};
const subject = (extra: Partial<MetricSubject> = {}): MetricSubject => ({
  service: "api",
  facts,
  demands,
  checks: metricChecks("api:analyse:25", "api", demands, before(60)),
  moments: { since: before(60), before: before(90) },
  pods: async () => [],
  ...extra,
});
const where = { project: "demo", promotion: "prm_1" };

it("asks nothing about pods that the cluster did not name, and finds no health in it", async () => {
  const { engine, asked } = anEngine();
  const { checks } = await lookAtMetrics(engine, where, [subject()]);
  expect(asked.map(({ expression }) => expression)).toEqual(["f or vector(0)"]);
  expect(checks.map(({ status, found }) => [status, found])).toEqual([
    ["unknown", "the cluster did not say what {canaryHash} is"],
    ["good", "0 % · at most 5 %"],
    ["unknown", "the cluster did not say what {canaryHash} is"],
    ["unknown", "the cluster did not say what {stableHash} and {container} are"],
    ["unknown", "the cluster did not say what {canaryHash} is"],
  ]);
  const named = { ...facts, container: "api", canaryHash: "7d9f", stableHash: "55c1" };
  const known = await lookAtMetrics(engine, where, [subject({ facts: named })]);
  expect(known.checks.map(({ status }) => status)).toEqual(["good", "good", "good", "good", "good"]);
});

it("counts restarts on from the share before, whose checks were other ones", async () => {
  const often = { rollBackWhen: [trigger.parse({ restarts: 3, within: "5m" })] };
  const [checks, earlier] = ["50", "25"].map((share) => metricChecks(`api:analyse:${share}`, "api", often, before(60)));
  const restarts = 3;
  const pods = async () => [{ name: "p", running: true, ready: true, restarts, startedAt: before(3600) }];
  const kept = [
    { checkId: "api:analyse:25:trigger:0", at: before(200), value: 0 },
    { checkId: "api:analyse:25:trigger:0", at: before(70), value: 2 },
    { checkId: "api:analyse:50:trigger:0", at: before(30), value: 2 },
  ];
  const shared = { demands: often, checks, checksBefore: earlier, pods };
  const second = await lookAtMetrics(anEngine(kept).engine, where, [subject(shared)]);
  expect(second.checks).toMatchObject([{ status: "failed", found: "3 restarts within 5m" }]);
});
