import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { unblock } from "@/lib/commands/unblock";
import { verifyAgain } from "@/lib/commands/verify-again";
import { sql } from "@/lib/db/sql";
import { takeDueReverification } from "@/lib/engine/reverify/due-reverification";
import { runReverification } from "@/lib/engine/reverify/run-reverification";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { type JobServer, startJobServer } from "@/lib/engine/testing/job-server";
import { loadEntries } from "@/lib/ledger/load";
import { replayProject } from "@/lib/ledger/replay";
import { NotFound } from "@/lib/pipeline/errors";
import { loadReverificationLogs } from "@/lib/queries/job-logs";

let world: DemoWorld;
let jobs: JobServer;

/** Staging's verification, with an error rate that is this. */
async function apply(errors: string): Promise<void> {
  const job = `{ job: { start: "${jobs.url}/runs", body: { of: "{version}" }, state: $.state, succeeded: ok, failed: bad, log: "/runs/{$.id}/log", timeout: 1m } }`;
  const metrics = `[{ name: error rate, connection: metrics, query: "${errors}", max: 5% }, { name: latency, connection: metrics, query: vector(1), max: 1.2x, window: 1s }]`;
  const triggers = "[{ metric: error rate, above: 50% }, { restarts: 1, within: 1m }]";
  const says = `{ url: "${world.sandbox.servicesUrl}/{namespace}/{workload}/health", jsonPath: $.digest, equals: "{digest}" }`;
  const verification = { staging: `{ smoke: [${says}, ${job}], metrics: ${metrics}, rollBackWhen: ${triggers} }` };
  const text = projectFile(world.sandbox, { verification });
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

beforeAll(async () => {
  [world, jobs] = await Promise.all([createDemoWorld({ worker: false }), startJobServer()]);
  jobs.says({ state: "ok" });
  await apply("vector(0.01)");
  const { key } = await world.release("backend", "v2.0.0");
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: "everything-1" };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  const ended = await world.withWorker(() => world.ended(asked.state.id));
  expect(ended.phase, JSON.stringify(ended)).toBe("succeeded");
});
afterAll(async () => {
  await world?.close();
  await jobs?.close();
});
beforeEach(async () => {
  jobs.posted.length = 0;
  jobs.says({ state: "ok" });
  await apply("vector(0.01)");
});

const staging = { project: "demo", environment: "staging", service: "backend" };

async function ask(): Promise<string> {
  const told = await verifyAgain(world.engine, world.people.rita, staging);
  if (told.kind === "rejection") throw new Error(told.message);
  return told.id;
}

/** Takes what is due and does it, as each of several workers would, until it has ended. */
async function verify(): Promise<{ id: string; status: string; said: string | null; takes: number }> {
  const id = await ask();
  for (let takes = 1; ; takes += 1) {
    const taken = await takeDueReverification({ ...world.engine, owner: `worker-${takes}` });
    if (!taken) throw new Error("nothing is due");
    await runReverification({ ...world.engine, owner: `worker-${takes}` }, taken);
    const [row] = await world.pool.query<{ status: string; said: string | null }>(
      sql`select status, said from reverification where id = ${id}`,
    );
    if (row && row.status !== "due") return { id, ...row, takes };
    await world.pool.execute(sql`update reverification set lease_until = now() - interval '1 second' where id = ${id}`);
  }
}

async function evidenceOf(id: string): Promise<Record<string, string>> {
  const entries = await loadEntries(world.pool, "demo", { limit: 5_000 });
  const ended = entries.find(
    (entry) =>
      (entry.kind === "reverification.passed" ||
        entry.kind === "reverification.failed" ||
        entry.kind === "reverification.errored") &&
      entry.data.id === id,
  );
  const evidence = ended && "evidence" in ended.data ? ended.data.evidence : [];
  return Object.fromEntries(evidence.map(({ name, value }) => [name, value]));
}

async function liftBlock(): Promise<void> {
  const [block] = await world.pool.query<{ id: string }>(sql`select id from block where lifted_at is null`);
  await unblock(world.engine, world.people.arjun, { project: "demo", block: block?.id, why: "it is mended" });
}

describe("verifying again makes all that a verification makes", () => {
  it("digest, job, metrics and triggers; what needs a rollout says so, and the job's log is kept", async () => {
    const { id, status, takes } = await verify();
    expect(status).toBe("passed");
    // Its start, then its end: in between anybody may take it.
    expect(takes).toBe(2);
    expect(jobs.posted).toMatchObject([{ path: "/runs", body: { of: "v2.0.0" } }]);
    const title = `job ${jobs.url}/runs`;
    const evidence = await evidenceOf(id);
    expect(evidence).toMatchObject({
      [title]: 'passed: $.state is "ok"',
      [`smoke ${world.sandbox.servicesUrl}/demo-staging/backend/health answers 200`]: "passed: answered 200",
      [`SHA-256 of what ${title} printed`]: expect.stringMatching(/^[0-9a-f]{64}$/),
      "error rate at most 5 %": expect.stringMatching(/^good: 1 %/),
    });
    const saidOf = (word: string) => Object.entries(evidence).find(([name]) => name.includes(word))?.[1];
    expect(saidOf("latency")).toMatch(/^decides nothing: it compares with the time before a rollout/);
    expect(saidOf("restart")).toMatch(/^decides nothing: it counts restarts from one look to the next/);
    const [kept] = await world.pool.query<{ digest: string }>(sql`select digest from job_log where subject = ${id}`);
    expect(kept?.digest).toBe(evidence[`SHA-256 of what ${title} printed`]);
    const logs = await loadReverificationLogs(world.pool, world.people.vera, id);
    expect(logs).toMatchObject([{ digest: kept?.digest, standing: "intact", log: { text: "ok 1\nok 2" } }]);
    const stranger = { ...world.people.vera, grants: [] };
    await expect(loadReverificationLogs(world.pool, stranger, id)).rejects.toThrow(NotFound);
    expect(await world.pool.query(sql`select 1 from measurement where promotion = ${id}`)).toEqual([]);
  });

  it("a metric out of its limits fails it, and blocks the digest", async () => {
    await apply("vector(0.2)");
    const { id, status, said } = await verify();
    expect({ status, said }).toMatchObject({
      status: "failed",
      said: expect.stringMatching(/^error rate at most 5 %: 20 %/),
    });
    expect(await evidenceOf(id)).toHaveProperty("error rate at most 5 %");
    await liftBlock();
  });

  it("a source without a number cannot tell, and takes nothing back", async () => {
    await apply("vector(0) / vector(0)");
    expect(await verify()).toMatchObject({ status: "errored", said: expect.stringContaining("not a number") });
    expect(await world.pool.query(sql`select id from block where lifted_at is null`)).toEqual([]);
  });

  it("a job that fails fails it", async () => {
    jobs.says({ state: "bad" });
    expect(await verify()).toMatchObject({ status: "failed", said: expect.stringContaining('$.state is "bad"') });
    await liftBlock();
  });

  it("a process that dies around the start of its job leaves it to another one, who asks with the same key", async () => {
    const id = await ask();
    const first = await takeDueReverification({ ...world.engine, owner: "first" });
    if (!first) throw new Error("nothing is due");
    const before = jobs.runs();
    // It starts the job, and what it found is never written.
    await runReverification({ ...world.engine, owner: "first" }, first);
    await world.pool.execute(
      sql`update reverification set lease_until = now() - interval '1 second',
             checks = (select jsonb_agg(c #- '{job,handle}') from jsonb_array_elements(checks) c) where id = ${id}`,
    );
    const second = await takeDueReverification({ ...world.engine, owner: "second" });
    if (!second) throw new Error("it was not given back");
    await runReverification({ ...world.engine, owner: "second" }, second);
    expect(jobs.posted).toHaveLength(2);
    expect(new Set(jobs.posted.map(({ key }) => key)).size).toBe(1);
    expect(jobs.runs() - before).toBe(1);
    // Whoever lost its lease writes nothing.
    await runReverification({ ...world.engine, owner: "first" }, first);
    await world.pool.execute(sql`update reverification set lease_until = now() - interval '1 second' where id = ${id}`);
    const last = await takeDueReverification(world.engine);
    if (last) await runReverification(world.engine, last);
    const [row] = await world.pool.query<{ status: string }>(sql`select status from reverification where id = ${id}`);
    expect(row?.status).toBe("passed");
    expect((await replayProject(world.pool, "demo")).differences).toEqual([]);
  });
});
