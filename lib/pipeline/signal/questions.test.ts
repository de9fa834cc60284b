import { describe, expect, it } from "vitest";
import { type ProjectDocument, projectDocument } from "@/lib/pipeline/policy/project";
import { signalQuestions } from "@/lib/pipeline/signal/questions";
import { readSeries } from "@/lib/pipeline/signal/read-series";
import { signalsOf } from "@/lib/pipeline/signal/signals-of";

function shop(signals: object | undefined, own?: object): ProjectDocument {
  const target = (namespace: string, deployment: string) => ({
    kubernetes: { connection: "cluster", namespace, deployment, container: deployment },
  });
  const service = (name: string, more: object = {}) => ({
    ...{ name, image: { connection: "registry", repository: `shop/${name}` } },
    targets: { staging: target("shop-staging", name), production: target("shop", name) },
    ...more,
  });
  return projectDocument.parse({
    ...{ apiVersion: "waybill.dev/v1", kind: "Project", metadata: { name: "shop" } },
    spec: {
      environments: [{ name: "staging" }, { name: "production" }],
      ...(signals ? { signals: { connection: "metrics", ...signals } } : {}),
      services: [service("api"), service("search", own ? { signals: own } : {})],
    },
  });
}

const rate = 'sum by (service) (rate(a{namespace="{namespace}"}[2m]))';

describe("the questions of a project", () => {
  it("are one for what reads the same, with all that it answers", () => {
    const questions = signalQuestions(shop({ rate }));
    expect(questions.map(({ expression }) => expression)).toEqual([
      'sum by (service) (rate(a{namespace="shop-staging"}[2m]))',
      'sum by (service) (rate(a{namespace="shop"}[2m]))',
    ]);
    expect(questions[0]?.places).toEqual([
      { service: "api", environment: "staging", namespace: "shop-staging", signal: "rate" },
      { service: "search", environment: "staging", namespace: "shop-staging", signal: "rate" },
    ]);
  });

  it("are one a service and environment where a query names them", () => {
    const p95 = 'a{service="{service}",environment="{environment}",pod=~"{workload}-.*",container="{container}"}';
    const questions = signalQuestions(shop({ duration: { p95 } }));
    expect(questions).toHaveLength(4);
    expect(questions[3]).toMatchObject({
      expression: 'a{service="search",environment="production",pod=~"search-.*",container="search"}',
      places: [{ service: "search", environment: "production", signal: "p95" }],
    });
  });

  it("are a service's own where it has one of that name, of its own connection, and what it has besides", () => {
    const mine = (metric: string) => `${metric}{service="{service}",namespace="{namespace}"}`;
    const queue = { name: "queue", query: mine("c"), unit: "number", bad: 10 };
    const own = { connection: "other", rate: mine("b"), more: [queue] };
    const project = shop({ rate, errors: rate }, own);
    const [api, search] = project.services.map((service) => signalsOf(project, service));
    expect(api?.map(({ name, connection }) => [name, connection])).toEqual([
      ["rate", "metrics"],
      ["errors", "metrics"],
    ]);
    expect(search?.map(({ name, connection }) => [name, connection])).toEqual([
      ["rate", "other"],
      ["errors", "metrics"],
      ["queue", "other"],
    ]);
    expect(search?.[2]).toMatchObject({ unit: "number", bad: 10 });
  });

  it("are none where the file names none", () => {
    expect(signalQuestions(shop(undefined))).toEqual([]);
  });
});

describe("the number that an answer holds", () => {
  const place = { service: "api", environment: "production", namespace: "shop", signal: "rate" };
  const read = (...series: [Record<string, string>, number | undefined][]) =>
    readSeries(
      series.map(([labels, value]) => ({ labels, value })),
      place,
      "app",
    );

  it("is that of the only series, or of the one that names the service", () => {
    expect(read([{}, 3])).toBe(3);
    expect(read([{ app: "api" }, 1], [{ app: "search" }, 2])).toBe(1);
    expect(read([{ app: "api", namespace: "shop-staging" }, 1], [{ app: "api", namespace: "shop" }, 2])).toBe(2);
    expect(read([{ app: "api", environment: "staging" }, 1], [{ app: "api", environment: "production" }, 2])).toBe(2);
    expect(read([{}, 0])).toBe(0);
  });

  it("is none where no series is of it, more than one is, or the value is no number", () => {
    expect(read()).toBe("no data");
    expect(read([{ app: "search" }, 2])).toBe("no data");
    expect(read([{ app: "api", pod: "a" }, 1], [{ app: "api", pod: "b" }, 2])).toBe("2 series where one is wanted");
    expect(read([{}, undefined])).toContain("no number");
  });
});
