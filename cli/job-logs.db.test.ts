import { afterAll, beforeAll, expect, it } from "vitest";
import { runHere } from "@/cli/testing/run";
import { type ApiServer, loadApiRoutes, serveApi, useWorld } from "@/lib/api/testing/api-server";
import { createToken } from "@/lib/commands/create-token";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { putCronJob } from "@/lib/engine/testing/cron-job";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";

let world: DemoWorld;
let server: ApiServer;
let token = "";

beforeAll(async () => {
  world = await createDemoWorld({ verification: { staging: "{ smoke: [{ kubernetesJob: { cronJob: smoke } }] }" } });
  useWorld(world);
  server = await serveApi(await loadApiRoutes());
  const input = { project: "demo", label: "test", role: "viewer" as const, environments: null, expiresInDays: 1 };
  token = (await createToken(world.pool, world.people.ada, input, new Date())).secret;
});
afterAll(async () => {
  await server?.close();
  await world?.close();
});

const show = (...args: string[]) =>
  runHere(["promotion", "demo-1", ...args], { WAYBILL_URL: server.url, WAYBILL_TOKEN: token });

it("a promotion is shown with what its jobs printed, where that is asked for", async () => {
  await putCronJob(world, "staging", "smoke", { log: "ok 1 - signs in" });
  const { key } = await world.release("backend", "v1.1.0");
  const asked = await requestPromotion(world.engine, world.people.rita, {
    ...{ project: "demo", environment: "staging", release: key, idempotencyKey: "job-logs-1" },
  });
  if (asked.kind === "rejection") throw new Error(asked.message);
  expect((await world.ended(asked.state.id)).phase).toBe("succeeded");

  const plain = await show();
  expect(plain.out).toMatch(/passed +backend +job of CronJob smoke +Job smoke-waybill-\w+ completed/);
  expect(plain.out).not.toContain("signs in");
  const whole = await show("--logs");
  expect(whole).toMatchObject({ code: 0, err: "" });
  expect(whole.out).toContain("What job of CronJob smoke printed\n  starting tests\n  ok 1 - signs in\n");

  await world.pool.execute(sql`update job_log set content = replace(content, 'signs in', 'signs out')`);
  expect((await show("--logs")).out).toContain("it is not what was recorded: do not trust it");
  await world.pool.execute(sql`delete from job_log`);
  expect((await show("--logs")).out).toContain("it was removed after its time");
});
