import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { promotion } from "@/lib/api/promotion-schema";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { checkConnection } from "@/lib/commands/check-connection";
import { releaseHold } from "@/lib/commands/hold";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { pruneJobLogs } from "@/lib/engine/jobs/job-logs";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { type JobServer, startJobServer } from "@/lib/engine/testing/job-server";
import { NotFound } from "@/lib/pipeline/errors";
import type { CheckState, PromotionState } from "@/lib/pipeline/promotion/state";
import { taken } from "@/lib/pipeline/redaction/redact-text";
import { promotionView } from "@/lib/queries/api/promotion-view";
import { loadJobLogs } from "@/lib/queries/job-logs";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { startWorkerProcess } from "@/lib/worker/testing/worker-process";

const token = "jobs-token-4711-4711";
let world: DemoWorld;
let jobs: JobServer;
let count = 0;

/** Staging verifies with one job of the connection `tests`, which has a token. */
async function apply(job = "", more = ""): Promise<void> {
  const body = '{ suite: smoke, of: "{service}", digest: "{digest}", version: "{version}", for: "{promotion}" }';
  const smoke = `{ job: { connection: tests, start: "/runs/{environment}", body: ${body}, state: $.state, succeeded: ok, failed: [bad, broken], log: "/runs/{$.id}/log"${job} } }`;
  const connection = `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: tests }
spec: { projects: [demo], http: { url: "${jobs.url}", token: "file:${tokenFile()}" } }
---
`;
  const text = connection + projectFile(world.sandbox, { verification: { staging: `{ smoke: [${smoke}]${more} }` } });
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}
const tokenFile = () => join(world.sandbox.dataFolder, "jobs-token");

beforeAll(async () => {
  [world, jobs] = await Promise.all([createDemoWorld({ worker: false }), startJobServer()]);
  writeFileSync(tokenFile(), token);
});
afterAll(async () => {
  await world?.close();
  await jobs?.close();
});
beforeEach(() => {
  jobs.posted.length = 0;
  jobs.says({ state: "running" });
  jobs.refuses(undefined);
  jobs.log = "ok 1\nok 2\n";
  jobs.query = "";
});

async function begin(): Promise<{ id: string; digest: string }> {
  count += 1;
  const { key, digest } = await world.release("backend", `v5.${count}.0`);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `http-job-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return { id: asked.state.id, digest };
}

const jobIn = (state: PromotionState): CheckState | undefined =>
  "checks" in state ? state.checks.find((check) => check.kind === "job") : undefined;
const hasBegun = (state: PromotionState) => jobIn(state)?.job?.handle !== undefined;

/** The promotion once it has ended, where its job says this as soon as it runs. */
async function endWith(status: object): Promise<PromotionState> {
  const { id } = await begin();
  return await world.withWorker(async () => {
    await world.until(id, hasBegun);
    jobs.says(status);
    return await world.ended(id);
  });
}

describe("a job over HTTP, as a smoke test", () => {
  it("is started once, asked until it succeeded, and what it printed is kept without secrets", async () => {
    await apply();
    jobs.log = `got token ${token}\nAuthorization: Bearer abcdef0123456789\nok 3`;
    const ended = await endWith({ state: "ok", percent: 100 });
    expect(ended.phase, JSON.stringify(ended)).toBe("succeeded");
    const { service, to } = ended.plan.services[0] ?? {};
    expect(jobs.posted).toEqual([
      {
        ...{ path: "/runs/staging", key: expect.stringMatching(/^[0-9a-f]{64}$/), authorization: `Bearer ${token}` },
        body: { suite: "smoke", of: service, digest: to?.digest, version: to?.version, for: ended.id },
      },
    ]);
    const check = jobIn(ended);
    expect(check).toMatchObject({
      title: "job /runs/staging of tests",
      status: "passed",
      found: '$.state is "ok"',
      job: { isOver: true, log: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    const [kept, ...more] = await loadJobLogs(world.pool, world.people.vera, ended.id);
    expect(more).toEqual([]);
    expect(kept).toMatchObject({ digest: check?.job?.log, standing: "intact", entry: expect.any(Number) });
    expect(kept?.log?.text).toBe(`got token ${taken}\nAuthorization: ${taken}\nok 3`);
    const everything = await world.pool.query<{ row: string }>(
      sql`select to_jsonb(j)::text as row from job_log j union all select to_jsonb(p)::text from promotion p
          union all select to_jsonb(l)::text from ledger_entry l union all select spec::text from connection`,
    );
    expect(everything.some(({ row }) => row.includes(token))).toBe(false);
    expect(JSON.stringify(promotionView(ended)), "where it is found again is not shown").not.toContain(jobs.url);
    expect(promotion.safeParse(promotionView(ended)).error, "as the API's document has it").toBeUndefined();
    await expectSoundRecord(world, ended.id);
  });

  it("whose log is cut within a character ends like any other", async () => {
    await apply();
    jobs.log = `${"😀".repeat(40_000)}x`;
    const cut = await endWith({ state: "ok" });
    expect(cut.phase, JSON.stringify(cut)).toBe("succeeded");
    const [kept] = await loadJobLogs(world.pool, world.people.vera, cut.id);
    expect(kept).toMatchObject({
      standing: "intact",
      log: { text: expect.stringMatching(/^…\ufffd😀+x$/u), cut: true },
    });
  });

  it("whose answer gives an address with a key in it is not followed, and nothing of the key is kept", async () => {
    await apply();
    jobs.query = "?code=5ystem-k3y";
    const { id } = await begin();
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended).toMatchObject({ phase: "rolledBack", cause: { kind: "errored" } });
    expect("cause" in ended && ended.cause?.reason).toContain("give `status` as an address");
    const rows = await world.pool.query<{ row: string }>(
      sql`select to_jsonb(l)::text as row from ledger_entry l union all select to_jsonb(p)::text from promotion p`,
    );
    expect(rows.some(({ row }) => row.includes("5ystem"))).toBe(false);
  });

  it("that says it failed takes the release back at once, with its own words and its log", async () => {
    await apply("", ", watch: 5m");
    jobs.log = "not ok 3 - a checkout ends";
    const ended = await endWith({ state: "broken" });
    expect(ended).toMatchObject({
      phase: "rolledBack",
      cause: { kind: "failed", reason: 'job /runs/staging of tests: $.state is "broken"' },
    });
    const [kept] = await loadJobLogs(world.pool, world.people.vera, ended.id);
    expect(kept).toMatchObject({ standing: "intact", log: { text: "not ok 3 - a checkout ends", cut: false } });
    await expectSoundRecord(world, ended.id);
  });

  it.each<[string, object | undefined, number]>([
    ["says something that nobody named", { state: "skipped" }, 200],
    ["says nothing of how it stands", { done: true }, 200],
    ["answers an error that says it is well", { state: "ok" }, 503],
    ["hangs up", undefined, 200],
  ])("that %s until its time is over is not a pass: nobody could tell", async (_, status, code) => {
    await apply(", timeout: 2s");
    const { id } = await begin();
    const ended = await world.withWorker(async () => {
      await world.until(id, hasBegun);
      jobs.says(status, code);
      return await world.ended(id);
    });
    expect(ended).toMatchObject({ phase: "rolledBack", cause: { kind: "errored" } });
    expect("cause" in ended && ended.cause?.reason).toContain("no end within 2s");
    expect(jobs.posted).toHaveLength(1);
  });

  it("that is refused is not asked for again, and of which nobody can tell is left to a person where the policy says so", async () => {
    await apply(", onInconclusive: hold");
    jobs.refuses(422);
    const { id } = await begin();
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended).toMatchObject({ phase: "failed", cause: { kind: "errored" } });
    expect("cause" in ended && ended.cause?.reason).toContain("it could not be started: jobs tests: answered 422");
    expect(jobs.posted).toHaveLength(1);
    const lifted = { project: "demo", environment: "staging", why: "the tests are back" };
    expect(await releaseHold(world.engine, world.people.ada, lifted)).toMatchObject({ kind: "released" });
  });
});

describe("who may see what a job printed", () => {
  it("is whoever may see the project; what was changed or removed since says so", async () => {
    const [row] = await world.pool.query<{ id: string }>(
      sql`select subject as id from job_log order by kept_at limit 1`,
    );
    const id = row?.id ?? "";
    const stranger = { ...world.people.vera, grants: [] };
    await expect(loadJobLogs(world.pool, stranger, id)).rejects.toThrow(NotFound);
    await world.pool.execute(sql`update job_log set content = replace(content, 'ok 3', 'ok 4') where subject = ${id}`);
    expect(await loadJobLogs(world.pool, world.people.vera, id)).toMatchObject([{ standing: "changed" }]);
    await world.pool.execute(sql`update job_log set kept_at = now() - interval '91 days' where subject = ${id}`);
    expect(await pruneJobLogs(world.pool)).toBe(1);
    expect(await loadJobLogs(world.pool, world.people.vera, id)).toMatchObject([{ standing: "removed" }]);
  });

  it("a connection that is refused its credentials says so when it is tried", async () => {
    const check = () => checkConnection(world.engine, world.people.ada, { name: "tests" });
    jobs.says({}, 404);
    expect(await check()).toMatchObject({ trouble: null });
    jobs.says({}, 401);
    expect(await check()).toMatchObject({ trouble: "jobs tests: answered 401" });
  });
});

describe("a worker that is killed around the start of a job", () => {
  it.each(["job:intended", "job:started", "verify:looked"])(
    "at %s leaves it to its successor, who asks with the same key: one job",
    async (place) => {
      await apply();
      const runs = jobs.runs();
      const { id } = await begin();
      const killed = await startWorkerProcess(world.database.url, { WAYBILL_FAILPOINT: `${place}:kill` });
      onTestFinished(() => void killed.child.kill("SIGKILL"));
      expect(await killed.exited).toMatchObject({ signal: "SIGKILL" });
      const between = await world.until(id, (state) => state.phase === "verifying");
      expect(jobIn(between)?.job, "its intent stands before it is started").toEqual({ askedAt: expect.any(String) });
      const ended = await world.withWorker(async () => {
        await world.until(id, hasBegun);
        jobs.says({ state: "ok" });
        return await world.ended(id);
      });
      expect(ended.phase).toBe("succeeded");
      expect(jobs.runs() - runs).toBe(1);
      expect(new Set(jobs.posted.map(({ key }) => key)).size).toBe(1);
      expect(jobs.posted).toHaveLength(place === "job:intended" ? 1 : 2);
      await expectSoundRecord(world, id);
    },
  );
});
