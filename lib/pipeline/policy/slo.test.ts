import { describe, expect, it } from "vitest";
import { fillQuery, slo } from "@/lib/pipeline/policy/slo";

const facts = { project: "shop", service: "api", environment: "production", namespace: "shop-prod", window: "30d" };
const given = {
  name: "availability",
  target: "99.9%",
  connection: "metrics",
  good: "g[{window}]",
  total: "t[{window}]",
};

describe("a query", () => {
  it("is filled in where it names a place, and keeps the query language's own braces", () => {
    const template = 'sum(increase(http_requests_total{service="{service}",code=~"5.{2}"}[{window}]))';
    expect(fillQuery(template, facts)).toBe('sum(increase(http_requests_total{service="api",code=~"5.{2}"}[30d]))');
  });
  it("takes what it is filled with as text, not as another pattern", () => {
    expect(fillQuery("{service}", { ...facts, service: "$&" })).toBe("$&");
  });
});

describe("an SLO", () => {
  it("is read with its target in percent and its window in milliseconds", () => {
    expect(slo.parse(given)).toMatchObject({ targetPercent: 99.9, windowMs: 30 * 86_400_000 });
  });
  it.each(["100%", "0%", "0.0%", "99.9", "-1%", "99.99999%"])("is refused with a target of %s", (target) => {
    expect(slo.safeParse({ ...given, target }).success).toBe(false);
  });
  it("is refused with a query that does not look at its window", () => {
    expect(slo.safeParse({ ...given, total: "sum(up)" }).success).toBe(false);
  });
});
