import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { coloursOf } from "@/lib/engine/testing/colours";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { startJobServer } from "@/lib/engine/testing/job-server";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { loadJobLogs } from "@/lib/queries/job-logs";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { startWorkerProcess } from "@/lib/worker/testing/worker-process";
import type { Fault } from "@/sandbox/images";

const job =
  '{ job: { start: "SERVICES/{namespace}/{previewService}/smoke-jobs", state: $.state, succeeded: passed, failed: failed, log: "/smoke-jobs/{$.id}/log", timeout: TIME } }';
const policy = (timeout: string) =>
  `{ previewService: "{service}-preview", smoke: [{ url: "SERVICES/{namespace}/{previewService}/ready" }, ${job.replace("TIME", timeout)}], watch: 1s, keepOldFor: 1h, deadline: 5m }`;

let world: DemoWorld;
let count = 0;
beforeAll(async () => {
  world = await createDemoWorld({ worker: false, blueGreen: policy("5m") });
});
afterAll(() => world?.close());

async function apply(blueGreen: string): Promise<void> {
  const text = projectFile(world.sandbox, { blueGreen });
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

async function begin(fault?: Fault): Promise<string> {
  count += 1;
  const { key } = await world.release("backend", `v6.${count}.0`, fault);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `preview-job-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state.id;
}

async function bring(fault?: Fault): Promise<PromotionState> {
  const id = await begin(fault);
  return world.withWorker(() => world.ended(id));
}
const smokeOf = (state: PromotionState) =>
  ("rollouts" in state ? state.rollouts[0]?.steps : [])?.find(({ step }) => step.kind === "smoke");
const live = async () => (await coloursOf(world, "backend")).live;

it("a job tries the new colour on its preview, and the Service is switched once it succeeded", async () => {
  const ended = await bring();
  expect(ended.phase, JSON.stringify(ended)).toBe("succeeded");
  expect(smokeOf(ended)).toMatchObject({
    status: "done",
    words: "backend-preview answered as it should, and its job succeeded",
    checks: [{ id: "backend:smoke:job:0", kind: "job", status: "passed", job: { isOver: true } }],
  });
  expect(await live()).toBe("green");
  const [kept] = await loadJobLogs(world.pool, world.people.vera, ended.id);
  expect(kept).toMatchObject({ standing: "intact", log: { text: expect.stringContaining("ok 3 - a checkout ends") } });
  await expectSoundRecord(world, ended.id);
});

it.each<[Fault, "failed" | "errored", string]>([
  ["jobFails", "failed", '$.state is "failed"'],
  ["jobHangs", "errored", "no end within 3s"],
])("a job of an image that %s keeps the new colour from all traffic: %s", async (fault, kind, words) => {
  await apply(policy(fault === "jobHangs" ? "3s" : "5m"));
  const before = await live();
  const ended = await bring(fault);
  expect(ended).toMatchObject({ phase: "rolledBack", cause: { kind, reason: expect.stringContaining(words) } });
  expect(await live()).toBe(before);
  expect(smokeOf(ended)).toMatchObject({ status: "failed", checks: [{ job: { isOver: true } }] });
  const logs = await loadJobLogs(world.pool, world.people.vera, ended.id);
  expect(logs.map(({ log }) => log?.text.includes("not ok 3"))).toEqual(fault === "jobFails" ? [true] : []);
  await expectSoundRecord(world, ended.id);
});

it.each(["job:intended", "job:started", "smoke:written", "smoke:settled"])(
  "a worker that is killed at %s leaves the job to its successor, who asks with the same key",
  async (place) => {
    const jobs = await startJobServer();
    onTestFinished(() => jobs.close());
    jobs.says({ state: "ok" });
    const blueGreen = `{ previewService: "{service}-preview", smoke: [{ job: { start: "${jobs.url}/runs", state: $.state, succeeded: ok, failed: bad } }], keepOldFor: 1h, deadline: 5m }`;
    await apply(blueGreen);
    const before = await live();
    const id = await begin();
    const killed = await startWorkerProcess(world.database.url, { WAYBILL_FAILPOINT: `${place}:kill` });
    onTestFinished(() => void killed.child.kill("SIGKILL"));
    expect(await killed.exited).toMatchObject({ signal: "SIGKILL" });
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended.phase, JSON.stringify(ended)).toBe("succeeded");
    expect(await live()).not.toBe(before);
    expect(jobs.runs()).toBe(1);
    expect(new Set(jobs.posted.map(({ key }) => key)).size).toBe(1);
    await expectSoundRecord(world, id);
  },
);
