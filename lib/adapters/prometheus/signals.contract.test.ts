import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheus } from "@/lib/adapters/prometheus/prometheus";
import { hasPrometheus, startPrometheus } from "@/lib/adapters/prometheus/testing/real-prometheus";
import { projectDocument } from "@/lib/pipeline/policy/project";
import { signalQuestions } from "@/lib/pipeline/signal/questions";
import { readSeries } from "@/lib/pipeline/signal/read-series";

const start = Date.UTC(2026, 0, 1) / 1000;
const at = new Date((start + 600) * 1000).toISOString();

/** Ten requests a second to each service and environment; `api` fails one in ten in production, `search` never failed. */
function series(): string {
  const lines = { requests: [] as string[], seconds: [] as string[], memory: [] as string[] };
  for (const [namespace, share] of [
    ["shop-staging", 0],
    ["shop", 0.1],
  ] as const)
    for (const service of ["api", "search"])
      for (let second = 0; second <= 600; second += 15) {
        const labels = `namespace="${namespace}",service="${service}",pod="${service}-1"`;
        const line = (name: string, more: string, value: number) =>
          `${name}{${labels}${more}} ${value} ${start + second}`;
        const failed = service === "api" ? share : 0;
        lines.requests.push(line("http_requests_total", ',status="200"', second * 10 * (1 - failed)));
        if (service === "api") lines.requests.push(line("http_requests_total", ',status="500"', second * 10 * failed));
        for (const [le, part] of [
          ["0.1", 0.5],
          ["0.5", 1],
          ["+Inf", 1],
        ] as const)
          lines.seconds.push(line("http_request_duration_seconds_bucket", `,le="${le}"`, second * 10 * part));
        lines.memory.push(line("memory_share", "", service === "api" ? 0.4 : Number.NaN));
      }
  // Each name's series stand together, in the order of their labels.
  const text = (type: string, own: string[]) => [type, ...own.sort(bySeries)];
  return `${[
    ...text("# TYPE http_requests counter", lines.requests),
    ...text("# TYPE http_request_duration_seconds histogram", lines.seconds),
    ...text("# TYPE memory_share gauge", lines.memory),
    "# EOF",
  ].join("\n")}\n`;
}

function bySeries(a: string, b: string): number {
  const [first, second] = [a, b].map((line) => line.slice(0, line.indexOf("}"))) as [string, string];
  return first < second ? -1 : first > second ? 1 : 0;
}

const here = '{namespace="{namespace}"}';
const failed = '{namespace="{namespace}",status=~"5.."}';
const rate = (selector: string) => `sum by (service) (rate(http_requests_total${selector}[2m]))`;
const target = (namespace: string, name: string) => ({
  kubernetes: { connection: "cluster", namespace, deployment: name, container: name },
});

const project = projectDocument.parse({
  ...{ apiVersion: "waybill.dev/v1", kind: "Project", metadata: { name: "shop" } },
  spec: {
    environments: [{ name: "staging" }, { name: "production" }],
    signals: {
      connection: "metrics",
      rate: rate(here),
      errors: `${rate(failed)} / ${rate(here)}`,
      duration: {
        p95: `histogram_quantile(0.95, sum by (service, le) (rate(http_request_duration_seconds_bucket${here}[2m])))`,
      },
      saturation: `max by (service) (memory_share${here})`,
      more: [
        { name: "failed or none", query: `(${rate(failed)} or 0 * ${rate(here)}) / ${rate(here)}`, unit: "share" },
        { name: "one each", query: `sum(rate(http_requests_total{namespace="{namespace}",service="{service}"}[2m]))` },
        { name: "too many", query: `http_requests_total{namespace="{namespace}",service="{service}"}` },
        { name: "wrong", query: `sum(rate(http_requests_total{namespace="{namespace}",service="{service}"}))` },
      ],
    },
    services: ["api", "search"].map((name) => ({
      ...{ name, image: { connection: "registry", repository: `shop/${name}` } },
      targets: { staging: target("shop-staging", name), production: target("shop", name) },
    })),
  },
});

describe.skipIf(!hasPrometheus)("a project's signals, asked of a real Prometheus", () => {
  let server: Awaited<ReturnType<typeof startPrometheus>>;
  const read = new Map<string, number | string>();

  beforeAll(async () => {
    server = await startPrometheus(series());
    const questions = signalQuestions(project);
    const source = createPrometheus({ name: "real", url: server.url });
    const answers = await source.measure(questions.map(({ expression }) => ({ expression, to: at })));
    for (const [index, { places }] of questions.entries())
      for (const place of places) {
        const answer = answers[index];
        const own = (answer?.kind === "series" ? answer.series : []).map(({ labels, points }) => ({
          ...{ labels, value: points.at(-1)?.value },
        }));
        const value = answer?.kind === "refused" ? answer.message : readSeries(own, place, "service");
        read.set(`${place.signal} of ${place.service} in ${place.environment}`, value);
      }
  });
  afterAll(() => server?.stop());

  it("are each service's own number in each environment, from one query grouped by service", () => {
    expect(read.get("rate of api in production")).toBeCloseTo(10);
    expect(read.get("rate of search in staging")).toBeCloseTo(10);
    expect(read.get("one each of api in staging")).toBeCloseTo(10);
    expect(read.get("errors of api in production")).toBeCloseTo(0.1);
    expect(read.get("errors of api in staging")).toBe(0);
    expect(read.get("p95 of api in production")).toBeCloseTo(0.46);
    expect(read.get("saturation of api in staging")).toBe(0.4);
  });

  it("have no number where there is none, in words: never a zero", () => {
    expect(read.get("errors of search in production")).toBe("no data");
    expect(read.get("failed or none of search in production")).toBe(0);
    expect(read.get("saturation of search in staging")).toContain("no number");
    expect(read.get("too many of api in production")).toBe("2 series where one is wanted");
  });

  it("that are wrong say so in Prometheus' words and leave the others alone", () => {
    expect(read.get("wrong of api in production")).toMatch(/expected type range vector/);
  });
});
