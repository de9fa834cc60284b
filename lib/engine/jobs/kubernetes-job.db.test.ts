import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { promotion } from "@/lib/api/promotion-schema";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { verifyAgain } from "@/lib/commands/verify-again";
import { sql } from "@/lib/db/sql";
import { takeDueReverification } from "@/lib/engine/reverify/due-reverification";
import { runReverification } from "@/lib/engine/reverify/run-reverification";
import { jobsIn, putCronJob } from "@/lib/engine/testing/cron-job";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import type { CheckState, PromotionState } from "@/lib/pipeline/promotion/state";
import { taken } from "@/lib/pipeline/redaction/redact-text";
import { promotionView } from "@/lib/queries/api/promotion-view";
import { loadJobLogs } from "@/lib/queries/job-logs";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { startWorkerProcess } from "@/lib/worker/testing/worker-process";

let world: DemoWorld;
let count = 0;
beforeAll(async () => {
  const staging = '{ smoke: [{ kubernetesJob: { cronJob: "{service}-smoke", timeout: 5m } }] }';
  world = await createDemoWorld({ worker: false, verification: { staging } });
});
afterAll(() => world?.close());

async function begin(): Promise<string> {
  count += 1;
  const { key } = await world.release("backend", `v7.${count}.0`);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `cluster-job-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state.id;
}
const jobIn = (state: PromotionState): CheckState | undefined =>
  "checks" in state ? state.checks.find((check) => check.kind === "job") : undefined;
const ended = (id: string) => world.withWorker(() => world.ended(id));

describe("a Job of the cluster, as a smoke test", () => {
  it("is made from the CronJob, and its completion is a pass; its pod's log is kept without secrets", async () => {
    await putCronJob(world, "staging", "backend-smoke", { log: `with ${world.sandbox.tokens.waybill}\nok 1` });
    const state = await ended(await begin());
    expect(state.phase, JSON.stringify(state)).toBe("succeeded");
    expect(jobIn(state)).toMatchObject({
      title: "job of CronJob backend-smoke",
      status: "passed",
      found: expect.stringMatching(/^Job backend-smoke-waybill-[0-9a-f]{12} completed$/),
    });
    const [kept] = await loadJobLogs(world.pool, world.people.vera, state.id);
    expect(kept).toMatchObject({ standing: "intact", log: { text: expect.stringContaining(`with ${taken}\nok 1`) } });
    expect(promotion.safeParse(promotionView(state)).error, "as the API's document has it").toBeUndefined();
    await expectSoundRecord(world, state.id);
  });

  it("that fails takes the release back, with its log", async () => {
    await putCronJob(world, "staging", "backend-smoke", { fault: "jobFails" });
    const state = await ended(await begin());
    expect(state).toMatchObject({
      phase: "rolledBack",
      cause: { kind: "failed", reason: expect.stringContaining("BackoffLimitExceeded") },
    });
    const [kept] = await loadJobLogs(world.pool, world.people.vera, state.id);
    expect(kept?.log?.text).toContain("not ok 3 - a checkout ends");
    await expectSoundRecord(world, state.id);
  });

  it("that somebody deletes while it runs is told, and nobody can tell how it ended", async () => {
    await putCronJob(world, "staging", "backend-smoke", { fault: "jobHangs" });
    const id = await begin();
    const state = await world.withWorker(async () => {
      const running = await world.until(id, (now) => jobIn(now)?.job?.handle !== undefined);
      const name = jobIn(running)?.job?.handle?.job;
      await world.kubectl("DELETE", `/apis/batch/v1/namespaces/demo-staging/jobs/${name}`);
      return await world.ended(id);
    });
    expect(state).toMatchObject({
      phase: "rolledBack",
      cause: { kind: "errored", reason: expect.stringContaining("somebody deleted it") },
    });
  });

  it("of a CronJob that is not there is no failure of the release: nobody could tell", async () => {
    await world.kubectl("DELETE", "/apis/batch/v1/namespaces/demo-staging/cronjobs/backend-smoke");
    const state = await ended(await begin());
    expect(state).toMatchObject({
      phase: "rolledBack",
      cause: { kind: "errored", reason: expect.stringContaining("there is no CronJob backend-smoke in demo-staging") },
    });
  });

  it("is made once more where it is verified again", async () => {
    await putCronJob(world, "staging", "backend-smoke");
    const before = await jobsIn(world, "staging");
    const place = { project: "demo", environment: "staging", service: "backend" };
    const told = await verifyAgain(world.engine, world.people.rita, place);
    if (told.kind === "rejection") throw new Error(told.message);
    const statusOf = async () => {
      const [row] = await world.pool.query<{ status: string }>(
        sql`select status from reverification where id = ${told.id}`,
      );
      return row?.status;
    };
    while ((await statusOf()) === "due") {
      const due = await takeDueReverification(world.engine);
      if (due) await runReverification(world.engine, due);
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const status = await statusOf();
    expect(status).toBe("passed");
    expect((await jobsIn(world, "staging")).length).toBe(before.length + 1);
  });
});

describe("a worker that is killed around the making of a Job", () => {
  it.each(["job:intended", "job:started", "verify:looked"])(
    "at %s leaves it to its successor, who finds the one Job",
    async (place) => {
      await putCronJob(world, "staging", "backend-smoke");
      const before = await jobsIn(world, "staging");
      const id = await begin();
      const killed = await startWorkerProcess(world.database.url, { WAYBILL_FAILPOINT: `${place}:kill` });
      onTestFinished(() => void killed.child.kill("SIGKILL"));
      expect(await killed.exited).toMatchObject({ signal: "SIGKILL" });
      const made = (await jobsIn(world, "staging")).length - before.length;
      expect(made).toBe(place === "job:intended" ? 0 : 1);
      const state = await ended(id);
      expect(state.phase, JSON.stringify(state)).toBe("succeeded");
      expect((await jobsIn(world, "staging")).length - before.length).toBe(1);
      await expectSoundRecord(world, id);
    },
  );
});
