import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { expectSoundRecord, targetGeneration } from "@/lib/worker/testing/check-record";
import { startWorkerProcess, type WorkerProcess } from "@/lib/worker/testing/worker-process";
import { startSandbox } from "@/sandbox/start-sandbox";

let world: DemoWorld;
let folder: string;
const processes: WorkerProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "waybill-resilience-"));
  world = await createDemoWorld({ worker: false, sandboxFolder: folder });
});

afterAll(async () => {
  for (const { child } of processes) child.kill("SIGKILL");
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

async function startWorker(env: Record<string, string> = {}): Promise<WorkerProcess> {
  const started = await startWorkerProcess(world.database.url, env);
  processes.push(started);
  return started;
}

async function request(service: "backend" | "chat", version: string): Promise<string> {
  const { key } = await world.release(service, version);
  const asked = await requestPromotion(world.engine, world.people.rita, {
    project: "demo",
    environment: "staging",
    release: key,
    idempotencyKey: `${key}:staging`,
  });
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state.id;
}

/** Resolves when the worker has said `words`. */
async function hears(worker: WorkerProcess, words: string): Promise<void> {
  while (!worker.output().includes(words)) {
    if (worker.child.exitCode !== null) throw new Error(`it ended without "${words}": ${worker.output()}`);
    await new Promise((resolve) => worker.child.stdout?.once("data", resolve));
  }
}

/** Resolves when the process is stopped, as the kernel tells it. */
async function isStopped(worker: WorkerProcess): Promise<void> {
  const { readFile } = await import("node:fs/promises");
  for (;;) {
    const stat = await readFile(`/proc/${worker.child.pid}/stat`, "utf8");
    if (stat.slice(stat.lastIndexOf(")") + 2).startsWith("T")) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("several workers", () => {
  it("do every step once between them", async () => {
    const workers = await Promise.all([startWorker(), startWorker()]);
    const ids = await Promise.all([request("backend", "v3.0.0"), request("chat", "v3.0.0")]);
    for (const id of ids) {
      expect((await world.ended(id)).phase).toBe("succeeded");
      const entries = await loadPromotionEntries(world.pool, "demo", id);
      for (const kind of ["rollout.requested", "rollout.accepted", "rollout.observed", "tag.moved"]) {
        expect(entries.filter((entry) => entry.kind === kind)).toHaveLength(1);
      }
      await expectSoundRecord(world, id);
    }
    for (const { child, exited } of workers) {
      child.kill("SIGTERM");
      expect(await exited).toMatchObject({ code: 0 });
    }
  });
});

describe("a worker that freezes past its lease", () => {
  it("changes nothing with its late writes when it wakes", async () => {
    const frozen = await startWorker({ WAYBILL_FAILPOINT: "apply:planned:pause" });
    const id = await request("backend", "v3.1.0");
    await isStopped(frozen);
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended.phase).toBe("succeeded");
    const [generation, entries] = [
      await targetGeneration(world, "backend", "staging"),
      await loadPromotionEntries(world.pool, "demo", id),
    ];

    frozen.child.kill("SIGCONT");
    await hears(frozen, "is lost");
    expect(await targetGeneration(world, "backend", "staging")).toBe(generation);
    expect(await loadPromotionEntries(world.pool, "demo", id)).toEqual(entries);
    await expectSoundRecord(world, id);
    frozen.child.kill("SIGKILL");
    await frozen.exited;
  });
});

describe("a worker that is told to stop", () => {
  it("ends within ten seconds and leaves nothing that others must wait for", async () => {
    const stopped = await startWorker();
    const id = await request("chat", "v3.1.0");
    await world.until(id, (state) => state.phase === "rollingOut" || state.phase === "verifying");
    stopped.child.kill("SIGTERM");
    expect(await stopped.exited).toMatchObject({ code: 0 });
    const held = await world.pool.query(sql`select id from step where status = 'due' and lease_until > now()`);
    expect(held).toEqual([]);
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
    await expectSoundRecord(world, id);
  });
});

describe("outside systems that are away for a while", () => {
  it("are waited for: the promotion goes on when registry and cluster are back", async () => {
    const id = await request("backend", "v3.2.0");
    await world.sandbox.close();
    await world.withWorker(async () => {
      await untilTrouble(id);
      world.sandbox = await startSandbox({ speed: 20, dataFolder: folder });
      const ended = await world.ended(id);
      const cause = "cause" in ended ? ended.cause : null;
      expect({ phase: ended.phase, cause }).toEqual({ phase: "succeeded", cause: null });
    });
    await expectSoundRecord(world, id);
  });
});

/** Resolves when a step of the promotion was put off, with what the outside system said. */
async function untilTrouble(id: string): Promise<void> {
  for (;;) {
    const rows = await world.pool.query(sql`select trouble from step where promotion = ${id} and trouble is not null`);
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
