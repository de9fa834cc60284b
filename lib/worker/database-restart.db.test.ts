import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { startPostgres } from "@/lib/db/embedded/postgres";
import { ensureDatabase } from "@/lib/db/embedded/waybill-database";
import { prepareDatabase } from "@/lib/db/prepare";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { startWorkerProcess } from "@/lib/worker/testing/worker-process";

let folder: string;
let server: Awaited<ReturnType<typeof startPostgres>>;
let world: DemoWorld;
const password = randomBytes(24).toString("base64url");

/** A Postgres of this test's own: it will be stopped in the middle. */
function start(port?: number) {
  return startPostgres({
    dataFolder: path.join(folder, "data"),
    logFile: path.join(folder, "postgres.log"),
    password,
    port,
  });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "waybill-restart-"));
  await chmod(folder, 0o755);
  await mkdir(path.join(folder, "data"));
  server = await start();
  const ownerUrl = await ensureDatabase(server.superuserUrl, "waybill");
  const prepared = await prepareDatabase({ ownerUrl, adminUrl: server.superuserUrl, appPassword: password });
  world = await createDemoWorld({ worker: false, database: { url: prepared.url, close: async () => undefined } });
});

afterAll(async () => {
  await world?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

it("goes on with a promotion after Postgres was restarted in the middle of it", async () => {
  // A lease that outlives the test: what was held when the database went is given back, or it is never done.
  const worker = await startWorkerProcess(world.database.url, { WAYBILL_LEASE_MS: "3600000" });
  const { key } = await world.release("backend", "v4.0.0");
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: "restart-1" };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  await world.until(asked.state.id, (state) => state.phase === "rollingOut");
  await server.stop();
  server = await start(server.port);
  expect((await world.ended(asked.state.id)).phase).toBe("succeeded");
  await expectSoundRecord(world, asked.state.id);
  expect(worker.child.exitCode).toBeNull();
  worker.child.kill("SIGTERM");
  expect(await worker.exited).toMatchObject({ code: 0 });
});
