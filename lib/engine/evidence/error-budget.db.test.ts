import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { collectWanted, freshEvidence } from "@/lib/engine/fresh-evidence";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadHead } from "@/lib/ledger/load";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { loadPromotePreview } from "@/lib/queries/promote-preview";

// The sandbox's services answer 2 of 1,000 requests badly, and all of them until their pods are up.
let world: DemoWorld;
let count = 0;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => world?.close());

async function guardStaging(target: string, url = world.sandbox.metricsUrl): Promise<void> {
  const counted = (status: string) =>
    `sum(increase(http_requests_total{service="{service}",namespace="{namespace}"${status}}[{window}]))`;
  const file = projectFile(world.sandbox)
    .replace(
      "---\n",
      `---\napiVersion: waybill.dev/v1\nkind: Connection\nmetadata: { name: metrics }\nspec: { projects: [demo], prometheus: { url: "${url}" } }\n---\n`,
    )
    .replace(
      "      tag: staging\n",
      "      tag: staging\n      gates: [{ errorBudget: { slo: up, minRemaining: 50% } }]\n",
    )
    .replace(
      "  services:\n",
      `  slos:\n    - { name: up, target: ${target}, window: 1h, connection: metrics, good: '${counted(',status!~"5.."')}', total: '${counted("")}' }\n  services:\n`,
    );
  const applied = await applyDocuments(world.engine, world.people.ada, { text: file }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
  // What another Prometheus said, or did not say, is not this one's answer.
  await world.pool.execute(sql`delete from outside_evidence`);
}

async function request(): Promise<string> {
  count += 1;
  const { key } = await world.release("backend", `v4.0.${count}`);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `budget-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state.id;
}

const budgetOf = (verdicts: readonly Verdict[]) => verdicts.find((one) => one.gate === "errorBudget");
const preview = async () => {
  const subject = { kind: "promote", project: "demo", environment: "staging", release: `backend@v4.0.${count}` };
  const view = await loadPromotePreview(world.pool, world.people.rita, subject, new Date().toISOString());
  if (view.kind !== "preview") throw new Error(view.message);
  return view;
};

describe("an error budget", () => {
  it("that is spent keeps a promotion waiting, and says so once", async () => {
    await guardStaging("99.9%");
    const id = await request();
    const waiting = await world.withWorker(() =>
      world.until(id, (state) => budgetOf(state.verdicts)?.status === "wait"),
    );
    expect(budgetOf(waiting.verdicts)).toMatchObject({ summary: "backend has spent its budget" });
    const before = await loadHead(world.pool, "demo");
    await world.pool.execute(sql`update outside_evidence set observed_at = observed_at - interval '2 minutes'`);
    await world.pool.execute(sql`update step set due_at = now() - interval '1 s' where promotion = ${id}`);
    await world.withWorker(() => vi.waitFor(async () => expect(await isPutOff(id)).toBe(true), 60_000));
    expect(await loadHead(world.pool, "demo")).toEqual(before);
  });

  it("that cannot be measured is unknown, in words, and lets nothing start", async () => {
    await guardStaging("99%", "http://127.0.0.1:1");
    const id = await request();
    const waiting = await world.withWorker(() =>
      world.until(id, (state) => budgetOf(state.verdicts)?.summary.includes("metrics metrics") === true),
    );
    expect(budgetOf(waiting.verdicts)).toMatchObject({ status: "unknown" });
    expect(waiting.phase).toBe("waiting");
  });

  it("that is left lets it start by itself", async () => {
    await guardStaging("50%");
    const id = await request();
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
  });
});

describe("whoever looks at a plan", () => {
  it("has it measured by the process that shows it, where that one is everything", async () => {
    await guardStaging("49%");
    count += 1;
    await world.release("backend", `v4.0.${count}`);
    const first = await preview();
    expect(budgetOf(first.verdicts)).toMatchObject({ status: "unknown", summary: "backend: it was not measured yet" });
    expect(await freshEvidence(first.plan, world.engine)).toBe(true);
    expect(budgetOf((await preview()).verdicts)).toMatchObject({ status: "pass" });
    expect(await freshEvidence(first.plan, world.engine)).toBe(false);
  });

  it("has it measured by a worker in the split deployment, once", async () => {
    await guardStaging("48%");
    vi.stubEnv("WAYBILL_ROLE", "web");
    const first = await preview();
    expect(await freshEvidence(first.plan, world.engine)).toBe(false);
    expect(await freshEvidence(first.plan, world.engine)).toBe(false);
    expect(budgetOf((await preview()).verdicts)).toMatchObject({ status: "unknown" });
    await Promise.all([collectWanted(world.engine), collectWanted(world.engine)]);
    expect(budgetOf((await preview()).verdicts)).toMatchObject({ status: "pass" });
    expect(await world.pool.query(sql`select 1 from evidence_wanted`)).toEqual([]);
  });

  it("asks nobody where no gate wants to know anything from outside", async () => {
    const production = {
      kind: "promote",
      project: "demo",
      environment: "production",
      release: `backend@v4.0.${count}`,
    };
    const view = await loadPromotePreview(world.pool, world.people.rita, production, new Date().toISOString());
    if (view.kind !== "preview") throw new Error(view.message);
    expect(await freshEvidence(view.plan, world.engine)).toBe(false);
  });
});

async function isPutOff(id: string): Promise<boolean> {
  const [row] = await world.pool.query<{ off: boolean }>(
    sql`select due_at > now() and lease_until is null as off from step where promotion = ${id} and status = 'due'`,
  );
  return row?.off ?? false;
}
