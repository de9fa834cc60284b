import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readServiceSignalsOperation } from "@/lib/api/contract/signals";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { lookAtSignals } from "@/lib/engine/signals/look-at-signals";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import type { SignalReading } from "@/lib/pipeline/signal/reading";
import type { SignalSort } from "@/lib/pipeline/signal/signal-sorts";
import { ExternalError } from "@/lib/ports/external-error";
import type { MetricRequest, MetricSource } from "@/lib/ports/metric-source";
import { readSignals } from "@/lib/queries/api/signals";
import { loadEnvironmentSignals } from "@/lib/queries/environment-signals";
import { readMatrix } from "@/lib/queries/matrix";
import { matrixInput } from "@/lib/queries/matrix-input";
import { loadServiceSignals } from "@/lib/queries/service-signals";

let world: DemoWorld;

const signals = `  signals:
    connection: metrics
    rate: 'sum by (service) (rate(http_requests_total{namespace="{namespace}"}[1m]))'
    errors: { query: 'sum(rate(http_requests_total{namespace="{namespace}",workload="{workload}",status=~"5.."}[1m])) / sum(rate(http_requests_total{namespace="{namespace}",workload="{workload}"}[1m]))', bad: 5% }
    more: [{ name: nothing, query: 'no_such_metric{service="{service}",namespace="{namespace}"}' }]
`;

function fileWith(part: string, services = ""): string {
  const metrics = `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: metrics }
spec: { projects: [demo], prometheus: { url: "${world.sandbox.metricsUrl}" } }
---
`;
  return metrics + projectFile(world.sandbox).replace("  services:\n", `${part}  services:\n${services}`);
}

async function apply(text: string): Promise<void> {
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  await apply(fileWith(signals));
});
afterAll(() => world?.close());
beforeEach(() => world.pool.execute(sql`delete from signal_round`));

const at = (moment: string, source?: Partial<MetricSource>): Engine => ({
  ...world.engine,
  now: () => moment,
  ...(source
    ? { world: { ...world.engine.world, metrics: async () => ({ ...noSource, ...source }) as MetricSource } }
    : {}),
});
const noSource: Partial<MetricSource> = {};

async function readings(service = "backend", environment = "staging"): Promise<Record<string, SignalReading>> {
  const [row] = await world.pool.query<{ readings: Record<string, SignalReading> }>(
    sql`select readings from signal_reading
         where project = 'demo' and service = ${service} and environment = ${environment}`,
  );
  return row?.readings ?? {};
}

const answering =
  (value: number): MetricSource["measure"] =>
  async (requests) =>
    requests.map(() => ({ kind: "series", series: [{ labels: {}, points: [{ at: "", value }] }] }));

describe("a round", () => {
  it("asks once for what reads the same, and keeps each service's number and why another has none", async () => {
    const round = await lookAtSignals(world.engine, "demo");
    // rate: one query a namespace; errors and nothing: one a service and namespace.
    expect(round).toMatchObject({ queries: 2 + 4 + 4, calls: 1 });
    const { rate, nothing } = await readings();
    expect(rate).toMatchObject({ value: expect.any(Number) });
    expect(nothing).toMatchObject({ trouble: "no data", since: expect.any(String) });
  });

  it("comes once in its interval, whoever asks", async () => {
    const rounds = await Promise.all([1, 2, 3].map(() => lookAtSignals(world.engine, "demo")));
    expect(rounds.filter((round) => round !== undefined)).toHaveLength(1);
    expect(await lookAtSignals(world.engine, "demo")).toBeUndefined();
  });

  it("keeps the number and says since when the source does not answer, once for every service", async () => {
    await world.pool.execute(sql`delete from signal_point`);
    await lookAtSignals(at("2030-01-01T12:00:00.000Z", { measure: answering(0.25) }), "demo");
    let asked = 0;
    const silent: MetricSource["measure"] = async () => {
      asked += 1;
      const words = { system: "metrics metrics", code: "unavailable", message: "no answer (ECONNREFUSED)" } as const;
      throw new ExternalError({ ...words, retryable: true });
    };
    for (const moment of ["2030-01-01T12:01:00.000Z", "2030-01-01T12:02:00.000Z"]) {
      await world.pool.execute(sql`delete from signal_round`);
      await lookAtSignals(at(moment, { measure: silent }), "demo");
    }
    expect(asked).toBe(2);
    expect((await readings()).errors).toEqual({
      ...{ value: 0.25, at: "2030-01-01T12:00:00.000Z" },
      ...{ trouble: "metrics metrics: no answer (ECONNREFUSED)", since: "2030-01-01T12:01:00.000Z" },
    });
    await world.pool.execute(sql`delete from signal_round`);
    await lookAtSignals(at("2030-01-01T12:03:00.000Z", { measure: answering(0.5) }), "demo");
    expect((await readings()).errors).toEqual({ value: 0.5, at: "2030-01-01T12:03:00.000Z" });
    const what = { project: "demo", service: "backend" };
    const view = await loadServiceSignals(world.pool, world.people.vera, what, "2030-01-01T12:03:20.000Z");
    expect(readServiceSignalsOperation.answers[200].schema.parse(view)).toEqual(view);
    const staging = view.places.find(({ environment }) => environment === "staging");
    expect(staging?.signals.find(({ name }) => name === "errors")).toMatchObject({
      standing: "bad",
      value: 0.5,
      bad: 0.05,
    });
    expect(staging?.history).toMatchObject({
      at: ["2030-01-01T12:00:00.000Z", "2030-01-01T12:03:00.000Z"],
      numbers: { errors: [0.25, 0.5] },
    });
  });

  it("counts the error budgets where their gate reads them, and less often", async () => {
    const slo = `  slos: [{ name: up, target: 99%, connection: metrics, good: 'sum(increase(http_requests_total{namespace="{namespace}",service="{service}",status!~"5.."}[{window}]))', total: 'sum(increase(http_requests_total{namespace="{namespace}",service="{service}"}[{window}]))' }]\n`;
    await apply(fileWith(slo));
    expect(await lookAtSignals(world.engine, "demo")).toMatchObject({ queries: 4 * 4, calls: 1 });
    const kept = await world.pool.query<{ value: unknown }>(
      sql`select value from outside_evidence where project = 'demo' and kind = 'errorBudget' and key like 'up/staging/backend/%'`,
    );
    const counts = { good: expect.any(Number), total: expect.any(Number) };
    expect(kept).toEqual([{ value: { window: counts, hour: counts } }]);
    const [line] = (
      await loadEnvironmentSignals(
        world.pool,
        world.people.vera,
        { project: "demo", environment: "staging" },
        world.engine.now(),
      )
    ).lines;
    expect(line?.budgets).toMatchObject([{ slo: "up", remaining: expect.any(Number), why: null }]);
    await world.pool.execute(sql`update signal_round set asked_at = now() - interval '2 minutes'`);
    expect(await lookAtSignals(world.engine, "demo")).toMatchObject({ queries: 0, calls: 0 });
    await apply(fileWith(signals));
  });

  it("says on the matrix what is above its limit, while that is news, and leaves the cluster's health as it is", async () => {
    const cell = async () => {
      const { rows } = await readMatrix(world.pool, world.people.vera, matrixInput.parse({ limit: 5 }));
      return rows
        .find(({ service }) => service === "backend")
        ?.cells.find(({ environment }) => environment === "staging");
    };
    await world.pool.execute(
      sql`insert into process_beat (id, role, started_at, beat_at, detail) values ('w', 'worker', now(), now(), '{}') on conflict do nothing`,
    );
    await lookAtSignals(at(new Date().toISOString(), { measure: answering(0.07) }), "demo");
    const mark = { kind: "signal", text: "errors above 5 %", href: "/services/demo/backend#signals-staging" };
    expect(await cell()).toMatchObject({ health: "healthy", mark });
    await world.pool.execute(sql`update signal_reading set fresh_until = now() - interval '1 second'`);
    expect((await cell())?.mark?.kind).not.toBe("signal");
    await world.pool.execute(sql`delete from signal_round`);
    await lookAtSignals(at(new Date().toISOString(), { measure: answering(0.01) }), "demo");
    expect((await cell())?.mark?.kind).not.toBe("signal");
  });

  it("is not begun for a project that asks nothing", async () => {
    await apply(fileWith(""));
    expect(await lookAtSignals(world.engine, "demo")).toBeUndefined();
    await apply(fileWith(signals));
  });
});

it("keeps a point a minute for an hour and one every five minutes for a day, and nothing older", async () => {
  await world.pool.execute(sql`delete from signal_point`);
  await world.pool.execute(
    sql`insert into signal_point (project, service, environment, at, numbers)
        select 'demo', 'backend', 'staging', '2030-02-02T00:00:00Z'::timestamptz - n * interval '1 minute', '{"rate": 1}'
          from generate_series(1, 3000) n`,
  );
  await lookAtSignals(at("2030-02-02T00:00:30.000Z", { measure: answering(2) }), "demo");
  const rows = await world.pool.query<{ at: string }>(
    sql`select at from signal_point where service = 'backend' and environment = 'staging' order by at`,
  );
  const minutes = rows.map((row) => (Date.parse("2030-02-02T00:00:00Z") - Date.parse(row.at)) / 60_000);
  expect(Math.max(...minutes)).toBeLessThanOrEqual(24 * 60);
  expect(minutes.filter((minute) => minute < 60)).toHaveLength(60);
  expect(minutes.filter((minute) => minute >= 60).every((minute) => minute % 5 === 0)).toBe(true);
  expect(minutes.length).toBeLessThan(350);
});

describe("300 services in three environments", () => {
  const many = Array.from({ length: 300 }, (_, index) => `many-${index}`);
  const environments = ["staging", "production", "third"];
  const services = many
    .map(
      (name) => `    - name: ${name}
      image: { connection: registry, repository: demo-${name} }
      targets:
${environments.map((one) => `        ${one}: { kubernetes: { connection: cluster, namespace: demo-${one}, deployment: ${name}, container: ${name} } }`).join("\n")}
`,
    )
    .join("");
  const big = (part: string) =>
    fileWith(part, services).replace("  environments:\n", "  environments:\n    - name: third\n      tag: third\n");
  const six = (query: string) => `  signals:
    connection: metrics
    rate: '${query}'
    errors: '${query} / 2'
    duration: { p50: '${query} / 3', p95: '${query} / 4', p99: '${query} / 5' }
    saturation: '${query} / 6'
`;

  async function roundOver(part: string) {
    await apply(big(part));
    let [busy, most, calls] = [0, 0, 0];
    const measure: MetricSource["measure"] = async (requests: readonly MetricRequest[]) => {
      expect(requests.length).toBeLessThanOrEqual(20);
      calls += 1;
      busy += 1;
      most = Math.max(most, busy);
      await new Promise((resolve) => setImmediate(resolve));
      busy -= 1;
      return requests.map(({ expression }) => {
        const names = expression.includes("by (service)") ? many : [];
        const labels = names.length === 0 ? [{}] : names.map((service) => ({ service }));
        const value = (index: number) => (index === 7 ? undefined : index);
        const series = labels.map((one, index) => ({ labels: one, points: [{ at: "", value: value(index) }] }));
        return { kind: "series", series };
      });
    };
    const round = await lookAtSignals(at(new Date().toISOString(), { measure }), "demo");
    return { round, most, calls };
  }

  it("are one query an aggregate and namespace where it is grouped by service: 18 queries in 2 calls", async () => {
    const seen = await roundOver(six('sum by (service) (a{namespace="{namespace}"})'));
    expect(seen).toMatchObject({ round: { queries: 18, calls: 2 }, calls: 2 });
    expect(await readings("many-299", "third")).toMatchObject({ saturation: { value: 299 } });
    expect(await readings("many-7", "third")).toMatchObject({ p95: { trouble: expect.stringContaining("no number") } });
    const [count] = await world.pool.query<{ all: number; troubled: number }>(
      sql`select count(*)::int as all, count(*) filter (where readings -> 'p95' ? 'trouble')::int as troubled
            from signal_reading where service like 'many-%'`,
    );
    expect(count).toEqual({ all: 900, troubled: 3 });
  });

  it("are read 50 at a time, in the file's order or the highest first, what is not known last", async () => {
    const read = (sort: SignalSort, offset: number) =>
      loadEnvironmentSignals(
        world.pool,
        world.people.vera,
        { project: "demo", environment: "third", sort, offset },
        new Date().toISOString(),
      );
    const first = await read("p95", 0);
    expect(first).toMatchObject({ total: 300, offset: 0, sort: "p95" });
    expect(first.lines.map(({ service }) => service)).toEqual(many.slice(-50).reverse());
    const last = (await read("p95", 299)).lines;
    expect(last).toMatchObject([{ service: "many-7" }]);
    expect(last[0]?.signals.find(({ name }) => name === "p95")).toMatchObject({ standing: "unknown", value: null });
    expect((await read("file", 50)).lines[0]?.service).toBe("many-50");
  });

  it("are read by the API page by page, each place once", async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const filter = { project: "demo", limit: 200, ...(cursor ? { cursor } : {}) };
      const page = await readSignals(world.pool, world.people.vera, filter, new Date().toISOString());
      seen.push(...page.items.map(({ service, environment }) => `${environment}/${service}`));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(seen).toHaveLength(904);
    expect(new Set(seen).size).toBe(904);
    expect(seen.slice(0, 3)).toEqual(["third/many-0", "staging/many-0", "production/many-0"]);
  });

  it("are 20 queries a call and 4 calls at once where each service has its own", async () => {
    const seen = await roundOver(six('sum(a{namespace="{namespace}",service="{service}"})'));
    // 302 services: 300 in three environments, 2 in two.
    const queries = (300 * 3 + 2 * 2) * 6;
    expect(seen).toMatchObject({ round: { queries, calls: Math.ceil(queries / 20) } });
    expect(seen.most).toBeLessThanOrEqual(4);
    console.info(`${queries} queries, ${seen.calls} calls, ${seen.round?.tookMs} ms`);
  });
});
