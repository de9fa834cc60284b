import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningWorkload } from "../cluster/running-workloads";
import { listen, type RunningServer } from "../http-server";
import { createMetricsApi } from "./metrics-api";
import { Traffic } from "./traffic";

const start = Date.parse("2026-06-01T12:00:00Z");
const pod = (fault?: string) => ({ digest: "sha256:0", version: "v1", fault, hash: fault ?? "well" });
const running = (name: string, ...faults: (string | undefined)[]): RunningWorkload => ({
  namespace: "demo",
  name,
  service: name,
  ready: faults.map(pod),
  share: 1,
});

let server: RunningServer;
beforeAll(async () => {
  const traffic = new Traffic();
  traffic.observe([running("well", undefined, undefined), running("bad", undefined), running("slow", "slow")], start);
  // After five minutes, half of what serves `bad` answers with errors; after ten it is gone.
  traffic.observe(
    [running("well", undefined), running("bad", undefined, "errors"), running("slow", "slow")],
    start + 300_000,
  );
  traffic.observe([running("well", undefined), running("bad"), running("slow", "slow")], start + 600_000);
  server = await listen(createMetricsApi(traffic), 0);
});
afterAll(() => server.close());

async function ask(
  path: string,
  parameters: Record<string, string>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${server.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** The values of an instant query, `minutes` after the start. */
async function values(query: string, minutes: number): Promise<number[]> {
  const { status, body } = await ask("query", { query, time: String(start / 1000 + minutes * 60) });
  expect(status, JSON.stringify(body)).toBe(200);
  const { result } = body.data as { result: { value: [number, string] }[] };
  return result.map(({ value }) => Number(value[1]));
}

const errorRatio = (service: string) =>
  `sum(rate(http_requests_total{service="${service}",status=~"5.."}[2m])) / sum(rate(http_requests_total{service="${service}"}[2m]))`;

describe("the demo's traffic", () => {
  it("has an error ratio that follows the faults of what runs", async () => {
    expect((await values(errorRatio("well"), 8))[0]).toBeCloseTo(0.002, 6);
    expect((await values(errorRatio("bad"), 4))[0]).toBeCloseTo(0.002, 6);
    expect((await values(errorRatio("bad"), 6))[0]).toBeCloseTo((0.002 + 0.176) / 2, 6);
    expect((await values(errorRatio("bad"), 8))[0]).toBeCloseTo(0.176, 6);
    expect((await values(errorRatio("bad"), 15))[0]).toBeCloseTo(1, 6);
  });

  it("has counters that grow by what was requested, and latency that shows the slow ones", async () => {
    expect((await values('sum(increase(http_requests_total{service="well"}[1m]))', 5))[0]).toBeCloseTo(1200, 6);
    const p99 = (service: string) =>
      `histogram_quantile(0.99, sum(rate(http_request_duration_seconds_bucket{service="${service}"}[1m])) by (le))`;
    expect((await values(p99("well"), 5))[0]).toBeLessThan(0.5);
    expect((await values(p99("slow"), 5))[0]).toBeGreaterThan(2);
    expect(await values('up{service="bad"}', 9)).toEqual([1]);
    expect(await values('up{service="bad"}', 11)).toEqual([0]);
  });

  it("has nothing from before it began, and nothing of what is not there", async () => {
    expect(await values(errorRatio("well"), -1)).toEqual([]);
    expect(await values('sum(rate(http_requests_total{service="unknown"}[2m]))', 5)).toEqual([]);
    expect(await values("some_other_metric", 5)).toEqual([]);
  });
});

describe("expressions", () => {
  it("computes with numbers and vectors, and groups by labels", async () => {
    expect(await values("vector(2) * 3 + 4 / 2 - 1", 5)).toEqual([7]);
    expect(await values('count(up) + sum(up{service!="bad"})', 11)).toEqual([5]);
    expect(await values("max by (service) (up)", 11)).toEqual([1, 0, 1]);
    const { body } = await ask("query", { query: "1 / 0" });
    expect(body.data).toMatchObject({ resultType: "scalar", result: [expect.any(Number), "+Inf"] });
  });

  it.each([
    "rate(up)",
    "deriv(up[5m])",
    "up > 0",
    "sum(",
    'up{a="b"',
    "up offset 5m",
    "sum without (le) (up)",
    "up[5m]",
    'up{a=~"("}',
    "rate(up[x])",
  ])("answers 422 for %s, which it cannot evaluate", async (query) => {
    const { status, body } = await ask("query", { query });
    expect(status).toBe(422);
    expect(body).toMatchObject({ status: "error", errorType: "execution" });
  });

  it("answers 400 for parameters that are missing or wrong", async () => {
    expect(await ask("query", {})).toMatchObject({ status: 400, body: { errorType: "bad_data" } });
    expect((await ask("query", { query: "up", time: "yesterday" })).status).toBe(400);
    expect((await ask("query_range", { query: "up", start: "5", end: "3", step: "1" })).status).toBe(400);
    expect((await ask("query_range", { query: "up", start: "1", end: "3", step: "0" })).status).toBe(400);
  });
});

it("answers a range, a form that is posted, and readiness", async () => {
  const range = {
    query: 'up{service="bad"}',
    start: String(start / 1000 + 540),
    end: String(start / 1000 + 660),
    step: "60",
  };
  const { body } = await ask("query_range", range);
  expect(body.data).toMatchObject({ resultType: "matrix", result: [{ metric: { service: "bad" } }] });
  const [row] = (body.data as { result: { values: [number, string][] }[] }).result;
  expect(row?.values.map(([, value]) => value)).toEqual(["1", "0", "0"]);
  const posted = await fetch(`${server.url}/api/v1/query`, {
    method: "POST",
    body: new URLSearchParams({ query: "1" }),
  });
  expect(await posted.json()).toMatchObject({ status: "success", data: { resultType: "scalar" } });
  expect((await fetch(`${server.url}/-/ready`)).status).toBe(200);
});
