import { describe, expect, it } from "vitest";
import type { MetricAnswer, MetricSource } from "@/lib/ports/metric-source";

const start = Date.UTC(2026, 0, 1);
const everySeconds = 15;
const endSeconds = 600;
/** A query at a moment takes the newest sample of the five minutes before it, as Prometheus does. */
const lookBackSeconds = 300;

interface ContractSeries {
  name: string;
  labels: Record<string, string>;
  at(second: number): number;
}

/**
 * Ten minutes: two services, of which every tenth answer of `bad` is a 500, and a gauge that is no number from the
 * fourth to the sixth minute.
 */
const contractSeries: ContractSeries[] = [
  ...(["good", "bad"] as const).flatMap((service) => {
    const share = service === "bad" ? 0.1 : 0;
    return (
      [
        ["200", 1 - share],
        ["500", share],
      ] as const
    ).map(([status, part]) => ({
      name: "http_requests_total",
      labels: { service, status },
      at: (second: number) => second * 10 * part,
    }));
  }),
  { name: "queue_length", labels: {}, at: (second) => (second >= 240 && second < 360 ? Number.NaN : 7) },
];

/** The series as promtool reads them. */
export function contractOpenMetrics(): string {
  const lines = ["# TYPE http_requests counter"];
  for (const { name, labels, at } of contractSeries) {
    if (name === "queue_length") lines.push("# TYPE queue_length gauge");
    const written = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
    for (let second = 0; second <= endSeconds; second += everySeconds) {
      lines.push(`${name}{${written.join(",")}} ${at(second)} ${start / 1000 + second}`);
    }
  }
  return `${[...lines, "# EOF"].join("\n")}\n`;
}

/** The series of a name as functions of time (epoch ms), for a stand-in without storage. */
export function contractSeriesAt(name: string) {
  return contractSeries
    .filter((one) => one.name === name)
    .map(({ labels, at }) => ({
      name,
      labels,
      at(timeMs: number) {
        const second = (timeMs - start) / 1000;
        if (second < 0 || second > endSeconds + lookBackSeconds) return undefined;
        return at(Math.min(second, endSeconds));
      },
    }));
}

const iso = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const rate = (status: string) => `sum by (service) (rate(http_requests_total{status=~"${status}"}[2m]))`;
const errorRate = (service: string) =>
  `sum(rate(http_requests_total{service="${service}",status=~"5.."}[2m])) / sum(rate(http_requests_total{service="${service}"}[2m]))`;
const valuesOf = (answer: MetricAnswer | undefined) =>
  answer?.kind === "series" ? answer.series.map(({ points }) => points.map(({ value }) => value)) : answer;

/** What every source of metrics does over the series above. */
export function describeMetricSource(source: () => MetricSource): void {
  it("passes the check", async () => {
    await expect(source().check()).resolves.toBeUndefined();
  });

  it("tells the error rate of each service at a moment", async () => {
    const samples = await source().query(`${rate("5..")} / ${rate(".*")}`, new Date(iso(600)));
    const byService = new Map(samples.map(({ labels, value }) => [labels.service, value]));
    expect(byService.get("bad")).toBeCloseTo(0.1);
    expect(byService.get("good")).toBe(0);
    expect(samples[0]?.at).toBe(iso(600));
  });

  it("gives no value for 0 / 0, and no sample for what is not there", async () => {
    const at = new Date(iso(600));
    expect(await source().query("vector(0) / vector(0)", at)).toMatchObject([{ value: undefined }]);
    expect(await source().query("vector(1) / vector(0)", at)).toMatchObject([{ value: undefined }]);
    expect(await source().query("no_such_metric", at)).toEqual([]);
  });

  it("says what is wrong with an expression", async () => {
    await expect(source().query("sum(")).rejects.toMatchObject({ code: "invalid" });
    await expect(source().query("http_requests_total[5m]", new Date(iso(600)))).rejects.toMatchObject({
      code: "invalid",
    });
  });

  describe("asked for several numbers at once", () => {
    it("answers each in its place, whatever the others are", async () => {
      const expressions = [
        errorRate("bad"),
        "no_such_metric",
        "queue_length",
        `${errorRate("good")} # of the good one`,
        'count(ALERTS{alertname="CircuitOpen",alertstate="firing"}) or vector(0)',
      ];
      const answers = await source().measure(expressions.map((expression) => ({ expression, to: iso(300) })));
      const [bad, nothing, none, good, alerts] = answers.map(valuesOf);
      expect(bad).toEqual([[expect.closeTo(0.1)]]);
      expect([nothing, none, good, alerts]).toEqual([[], [[undefined]], [[0]], [[0]]]);
    });

    it("answers the others where one is wrong, gives a number without labels, or is not closed", async () => {
      const expressions = ["sum(", errorRate("bad"), "1 + 1", "queue_length) or (vector(1)"];
      const answers = await source().measure(expressions.map((expression) => ({ expression, to: iso(100) })));
      expect(answers[0]).toMatchObject({ kind: "refused" });
      expect(valuesOf(answers[1])).toEqual([[expect.closeTo(0.1)]]);
      expect(valuesOf(answers[2])).toEqual([[2]]);
      expect(answers[3]).toMatchObject({ kind: "refused" });
    });

    it("answers at different moments and over time, and leaves out what was not there any more", async () => {
      const [early, over, gone, nothing] = await source().measure([
        { expression: "queue_length", to: iso(100) },
        { expression: "queue_length", to: iso(420), range: { from: iso(180), stepMs: 60_000 } },
        { expression: errorRate("bad"), to: iso(1020), range: { from: iso(540), stepMs: 60_000 } },
        { expression: errorRate("bad"), to: iso(endSeconds + lookBackSeconds + 60) },
      ]);
      expect(valuesOf(early)).toEqual([[7]]);
      expect(valuesOf(over)).toEqual([[7, undefined, undefined, 7, 7]]);
      expect(gone?.kind === "series" && gone.series[0]?.points.map(({ at }) => at).slice(0, 2)).toEqual([
        iso(540),
        iso(600),
      ]);
      expect(gone?.kind === "series" && gone.series[0]?.points.length).toBeLessThan(9);
      expect(valuesOf(nothing)).toEqual([]);
    });

    it("refuses to be asked for more points than anybody looks at", async () => {
      const [answer] = await source().measure([
        { expression: "queue_length", to: iso(600), range: { from: iso(0), stepMs: 100 } },
      ]);
      expect(answer).toMatchObject({ kind: "refused" });
    });
  });
}
