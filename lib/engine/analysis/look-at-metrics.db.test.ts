import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abort } from "@/lib/commands/abort";
import { approve } from "@/lib/commands/approve";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import type { Fault } from "@/sandbox/images";

const of = (matchers: string) =>
  `sum(rate(http_requests_total{namespace="{namespace}",workload="{workload}"${matchers}}[2s]))`;
const errorRate = `${of(',status=~"5.."')} / ${of("")}`;
const p99 = `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{namespace="{namespace}",workload="{workload}"}[{window}])))`;
const metric = (fields: string) => `{ connection: metrics, ${fields} }`;

/** Two seconds of the past against two of the present, and one number that is wrong and decides nothing. */
const staging = `{ watch: 3s, metrics: [${[
  metric(`name: error rate, query: '${errorRate}', max: 5%`),
  metric(`name: p99 latency, query: '${p99}', max: 1.2x, window: 2s, unit: seconds`),
  metric("name: tried out, query: vector(1), max: 0.5, dryRun: true"),
].join(
  ", ",
)}], rollBackWhen: [{ metric: p99 latency, above: 9s }, { restarts: 1, within: 1m }, { alert: CircuitOpen }] }`;
const production = `{ metrics: [${[
  metric("name: orders, query: 'sum(rate(orders_total[1m]))', min: 1"),
  metric("name: every service, query: 'up', max: 5"),
  metric("name: a wrong question, query: 'sum(', max: 5"),
  metric("name: nothing by nothing, query: 'vector(0) / vector(0)', max: 5"),
].join(", ")}] }`;

let world: DemoWorld;
let count = 0;
beforeAll(async () => {
  world = await createDemoWorld({ verification: { staging, production } });
  // The window before a rollout must have been measured.
  await untilMeasured();
});
afterAll(() => world?.close());

async function promote(fault?: Fault, environment = "staging", release?: string): Promise<PromotionState> {
  count += 1;
  const key = release ?? (await world.release("backend", `v5.${count}.0`, fault)).key;
  const input = { project: "demo", environment, release: key, idempotencyKey: `metrics-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

async function untilMeasured(): Promise<void> {
  const query = `sum(increase(http_requests_total{namespace="demo-staging",workload="backend"}[1m]))`;
  const source = await world.engine.world.metrics("demo", "metrics");
  for (;;) {
    const [sample] = await source.query(query);
    if ((sample?.value ?? 0) > 60) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const causeOf = (state: PromotionState) => ("cause" in state ? state.cause : null);
const evidenceOf = (state: PromotionState, name: string) =>
  causeOf(state)?.evidence.find((one) => one.name === name)?.value ?? "";

describe("a rollout whose numbers are measured", () => {
  it("succeeds where they stay within their limits, whatever a dry run says", async () => {
    const { id } = await promote();
    const ended = await world.ended(id);
    expect({ phase: ended.phase, cause: causeOf(ended) }).toEqual({ phase: "succeeded", cause: null });
    const checks = "checks" in ended ? ended.checks : [];
    expect(checks.filter((one) => one.kind === "metric")).toMatchObject([
      { title: "error rate at most 5 %", status: "good", outcome: "pass" },
      { title: "p99 latency at most 1.2 × baseline", status: "good" },
      { title: "tried out at most 0.5", status: "failed", dryRun: true },
    ]);
    expect(checks.filter((one) => one.kind === "trigger").map((one) => one.status)).toEqual(["good", "good", "good"]);
    await expectSoundRecord(world, id);

    const [kept] = await world.pool.query<{ metrics: number; measured: number }>(
      sql`select (select count(*)::int from measured_metric where promotion = ${id}) as metrics,
                 (select count(*)::int from measurement where promotion = ${id}) as measured`,
    );
    expect(kept?.metrics).toBe(3);
    // Looks write measurements; the ledger has an entry only where a check came to stand otherwise.
    const entries = await loadPromotionEntries(world.pool, "demo", id);
    expect(entries.filter((entry) => entry.kind === "verification.checked").length).toBeLessThan(
      (kept?.measured ?? 0) / 4 + 1,
    );
  });

  it("goes back at once where errors are above their limit, and keeps query, values and the series", async () => {
    const { id } = await promote("errors");
    const ended = await world.ended(id);
    expect(ended.phase).toBe("rolledBack");
    expect(causeOf(ended)).toMatchObject({ kind: "failed", service: "backend" });
    expect(causeOf(ended)?.reason).toContain("error rate at most 5 %: ");
    expect(evidenceOf(ended, "error rate: query")).toContain('workload="backend"');
    expect(evidenceOf(ended, "error rate: value")).toMatch(/^[0-9.]+ %, at most 5 %$/);
    expect(evidenceOf(ended, "error rate: series, UTC")).toMatch(/^\d\d:\d\d:\d\d [0-9.]+ %/);
    expect(evidenceOf(ended, "error rate: minutes before, UTC")).toMatch(/^\d\d:\d\d:\d\d [0-9.]+ %/);
    await expectSoundRecord(world, id);
  });

  it("goes back where it is slower than before the rollout", async () => {
    await promoteGood();
    const { id } = await promote("slow");
    const ended = await world.ended(id);
    expect(ended.phase).toBe("rolledBack");
    expect(causeOf(ended)?.reason).toContain("p99 latency at most 1.2 × baseline");
    expect(evidenceOf(ended, "p99 latency: value")).toMatch(/^[0-9.]+ m?s, baseline \d+ ms, at most \d+ ms$/);
  });
});

/** What went back left its numbers in the window that the next rollout is compared with. */
async function promoteGood(): Promise<string> {
  for (;;) {
    const { id, plan } = await promote();
    const ended = await world.ended(id);
    if (ended.phase === "succeeded") return plan.release;
    expect(causeOf(ended)?.kind).toBe("failed");
  }
}

describe("numbers that nobody knows", () => {
  it("are inconclusive or an error, and nothing succeeds on them", async () => {
    const release = await promoteGood();
    const { id, planHash } = await promote(undefined, "production", release);
    await approve(world.engine, world.people.arjun, { promotion: id, planHash });
    const verifying = await world.until(
      id,
      (state) => state.phase === "verifying" && state.checks.every((one) => one.status !== "waiting"),
    );
    const checks = "checks" in verifying ? verifying.checks.filter((one) => one.kind === "metric") : [];
    expect(checks).toMatchObject([
      { status: "unknown", outcome: "inconclusive", found: "no data" },
      { status: "unknown", outcome: "error", found: expect.stringContaining("series, not one number") },
      { status: "unknown", outcome: "error" },
      { status: "unknown", outcome: "inconclusive", found: "not a number" },
    ]);
    expect((await abort(world.engine, world.people.rita, { promotion: id, why: "no numbers" })).kind).not.toBe(
      "rejection",
    );
    expect((await world.ended(id)).phase).toBe("aborted");
  });
});
