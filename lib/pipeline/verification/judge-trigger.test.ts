import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trigger as schema, type TriggerPolicy } from "@/lib/pipeline/policy/trigger";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import type { MetricReading } from "@/lib/pipeline/verification/judge-metric";
import {
  alertFires,
  memoryAbove,
  metricAbove,
  moveTrigger,
  type PodReading,
  probesFail,
  restartedTooOften,
  type TriggerFinding,
} from "@/lib/pipeline/verification/judge-trigger";

const now = "2026-03-01T10:00:00.000Z";
const at = (seconds: number) => new Date(Date.parse(now) + seconds * 1000).toISOString();
const reading = (value: number | undefined, baseline?: number): MetricReading => ({
  kind: "numbers",
  askedAt: now,
  points: [{ at: now, value }],
  ...(baseline === undefined ? {} : { baseline: [{ at: now, value: baseline }] }),
});
const of = <Kind extends TriggerPolicy["kind"]>(value: object) => schema.parse(value) as TriggerPolicy & { kind: Kind };
const pod = (extra: Partial<PodReading> = {}): PodReading => ({
  ...{ name: "p", running: true, ready: true, restarts: 0, startedAt: at(-3600) },
  ...extra,
});

describe("a metric above its bound", () => {
  const share = { unit: "share" as const, minSamples: 1 };
  const stopped: MetricReading = {
    ...{ kind: "numbers", askedAt: now, points: [{ at: now, value: 0.4 }] },
    baseline: [{ at: at(-61), value: 0.3 }],
  };
  const above = of<"metric">({ metric: "errors", above: "5%" });
  const multiple = of<"metric">({ metric: "errors", above: "3x" });
  it.each([
    [above, reading(0.06), "yes"],
    [above, reading(0.05), "no"],
    [above, reading(undefined), "unknown"],
    [above, { kind: "numbers", askedAt: now, points: [] }, "unknown"],
    [above, { kind: "numbers", askedAt: at(120), points: [{ at: now, value: 0.9 }] }, "unknown"],
    [above, { kind: "silent", message: "down" }, "unknown"],
    [multiple, reading(0.4, 0.1), "yes"],
    [multiple, reading(0.2, 0.1), "no"],
    [multiple, reading(0.2), "unknown"],
    [multiple, reading(0.2, -0.1), "unknown"],
    [multiple, reading(0.2, Number.NaN), "unknown"],
    [multiple, reading(0.2, Number.POSITIVE_INFINITY), "unknown"],
    [multiple, reading(0.2, 0), "yes"],
    [multiple, reading(0, 0), "no"],
  ] as const)("%j and %j: %s", (trigger, given, holds) => {
    expect(metricAbove(trigger, given, share)).toMatchObject({ holds });
  });
  it("is unknown where the baseline of the same moment has stopped; the time before a rollout ends before it", () => {
    expect(metricAbove(multiple, stopped, { ...share, baseline: "b" })).toMatchObject({ holds: "unknown" });
    expect(metricAbove(multiple, stopped, share)).toMatchObject({ holds: "no" });
    expect(metricAbove(above, stopped, { ...share, baseline: "b" })).toMatchObject({ holds: "yes" });
  });
  it("is unknown with fewer numbers than the metric needs", () => {
    expect(metricAbove(above, reading(0.9), { unit: "share", minSamples: 2 })).toMatchObject({ holds: "unknown" });
  });
});

it("memory is compared with its limit, an alert with none that fires", () => {
  const memory = of<"memory">({ memory: "90%" });
  expect(memoryAbove(memory, reading(0.95))).toMatchObject({ holds: "yes", words: "95 % · more than 90 % goes back" });
  expect(memoryAbove(memory, reading(0.9))).toMatchObject({ holds: "no" });
  const alert = of<"alert">({ alert: "CircuitOpen" });
  expect(alertFires(alert, reading(1))).toMatchObject({ holds: "yes", words: "CircuitOpen fires" });
  expect(alertFires(alert, reading(0))).toMatchObject({ holds: "no" });
  expect(alertFires(alert, { kind: "silent", message: "down" })).toMatchObject({ holds: "unknown" });
});

describe("probe failures", () => {
  const half = of<"probeFailures">({ probeFailures: "50%" });
  const pods = (ready: number, failing: number) => [
    ...Array.from({ length: ready }, () => pod()),
    ...Array.from({ length: failing }, () => pod({ ready: false })),
  ];
  it.each([
    [pods(2, 2), "no"],
    [pods(1, 2), "yes"],
    [pods(0, 1), "yes"],
    [[...pods(1, 0), pod({ running: false, ready: false })], "no"],
    [[pod({ running: false, ready: false })], "unknown"],
    [[], "unknown"],
  ])("of %j hold: %s", (given, holds) => expect(probesFail(half, given)).toMatchObject({ holds }));
});

describe("restarts", () => {
  const often = of<"restarts">({ restarts: 3, within: "5m" });
  const look = (seconds: number, restarts: number) => ({ at: at(seconds), restarts });
  it.each([
    ["of young pods all count", [pod({ restarts: 3, startedAt: at(-60) })], [], 3],
    ["of old pods count from the first look", [pod({ restarts: 9 })], [], 0],
    ["since the look before the span", [pod({ restarts: 9 })], [look(-400, 5), look(-200, 7)], 4],
    ["before the span do not count", [pod({ restarts: 9 })], [look(-900, 2), look(-400, 9)], 0],
    ["of a pod that was replaced are not lost", [pod({ restarts: 1 })], [look(-200, 2), look(-100, 0)], 1],
  ])("%s", (_, pods, earlier, counted) => {
    expect(restartedTooOften(often, pods, earlier, now)).toMatchObject({
      value: counted,
      holds: counted >= 3 ? "yes" : "no",
    });
  });
  it("are unknown without pods", () =>
    expect(restartedTooOften(often, [], [], now)).toMatchObject({ holds: "unknown" }));
});

describe("a trigger's check", () => {
  const trigger = of<"probeFailures">({ probeFailures: "50%", for: "2m" });
  const check: CheckState = {
    ...{ id: "backend:trigger:0", kind: "trigger", service: "backend", title: "probes", status: "waiting" },
    ...{ since: now, failures: 0, found: "not looked yet" },
  };
  const finding = (holds: TriggerFinding["holds"]): TriggerFinding => ({
    holds,
    words: holds,
    value: null,
    limit: null,
  });
  const move = (before: CheckState, holds: TriggerFinding["holds"], seconds: number) =>
    moveTrigger(before, trigger, finding(holds), at(seconds));

  it("fires when it held long enough, whoever looked in between", () => {
    const first = move(check, "yes", 10);
    expect(first).toMatchObject({ status: "waiting", heldSince: at(10), failures: 1 });
    // What a worker wrote is all that the next one knows.
    const kept = JSON.parse(JSON.stringify(first)) as CheckState;
    expect(move(kept, "yes", 129)).toMatchObject({ status: "waiting", heldSince: at(10) });
    expect(move(kept, "yes", 130)).toMatchObject({ status: "failed" });
  });
  it("starts anew where it did not hold in between, and not where nobody could tell", () => {
    const first = move(check, "yes", 0);
    expect(move(move(first, "no", 60), "yes", 130)).toMatchObject({ status: "waiting", heldSince: at(130) });
    const unknown = move(first, "unknown", 60);
    expect(unknown).toMatchObject({ status: "unknown", heldSince: at(0) });
    expect(move(unknown, "unknown", 600)).toMatchObject({ status: "unknown" });
    expect(move(unknown, "yes", 130)).toMatchObject({ status: "failed" });
  });
  it("is good only where it was seen not to hold, whatever came before", () => {
    const holds = fc.constantFrom<TriggerFinding["holds"]>("yes", "no", "unknown");
    fc.assert(
      fc.property(fc.array(holds, { minLength: 1 }), (all) => {
        const last = all.reduce((before, one, index) => move(before, one, index * 10), check);
        expect(last.status === "good").toBe(all.at(-1) === "no");
        if (!all.includes("yes")) expect(last.status).not.toBe("failed");
      }),
    );
  });
});
