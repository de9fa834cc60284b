import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identifyProcess, isRunning, type ProcessIdentity } from "@/lib/db/embedded/process-identity";
import { Home, readRunningNote } from "./home";
import { ManagedProcess, type ProcessSpec } from "./managed-process";

let folder: string;
let spawned: ProcessIdentity[];
let waiting: { count: number; resolve(): void } | undefined;
let failures: string[];
const running: ManagedProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "managed-"));
  spawned = [];
  failures = [];
});

afterEach(async () => {
  for (const process of running.splice(0)) await process.stop();
  await rm(folder, { recursive: true, force: true });
});

const SERVE = "console.log('up'); setInterval(() => {}, 1000);";

function manage(script: string, change: Partial<ProcessSpec> = {}, onFatal?: () => void): ManagedProcess {
  const managed = new ManagedProcess(
    {
      name: "clerk",
      command: process.execPath,
      args: ["-e", script],
      cwd: folder,
      env: process.env,
      logFile: path.join(folder, "clerk.log"),
      isReady: async (output) => output().includes("up"),
      readyTimeoutMs: 60_000,
      stopMs: 30_000,
      ...change,
    },
    {
      say: () => undefined,
      onFatal: (error) => {
        failures.push(error.message);
        onFatal?.();
      },
      onSpawn: async (_name, identity) => {
        spawned.push(identity);
        if (waiting !== undefined && spawned.length >= waiting.count) waiting.resolve();
      },
    },
  );
  running.push(managed);
  return managed;
}

function spawnedTimes(count: number): Promise<void> {
  return new Promise((resolve) => {
    waiting = { count, resolve };
  });
}

test("is ready when it says so, comes back after it was killed, and ends when it is stopped", async () => {
  const managed = manage(SERVE);
  await managed.start();
  const [first] = spawned;
  if (first === undefined) throw new Error("nothing was spawned");
  const again = spawnedTimes(2);
  process.kill(first.pid, "SIGKILL");
  await again;
  expect(isRunning(first)).toBe(false);
  await managed.stop();
  expect(spawned.map(isRunning)).toEqual([false, false]);
  expect(failures).toEqual([]);
});

test("does not take longer than it may to stop", async () => {
  const managed = manage(`process.on('SIGTERM', () => {}); ${SERVE}`, { stopMs: 100 });
  await managed.start();
  await managed.stop();
  expect(spawned.map(isRunning)).toEqual([false]);
});

test("that ends while it starts is an error with its last words", async () => {
  const managed = manage("console.error('no stamp on the parcel'); process.exit(3);");
  await expect(managed.start()).rejects.toThrow(/the clerk ended while it was starting. It said last:\nno stamp/);
});

test("that never gets ready is an error", async () => {
  const managed = manage("setInterval(() => {}, 1000);", { readyTimeoutMs: 150 });
  await expect(managed.start()).rejects.toThrow(/the clerk was not ready after 0 s. It said nothing/);
});

test("what a killed start left running is ended by the next, but not while that start lives", async () => {
  const left = manage(SERVE);
  await left.start();
  const [orphan] = spawned;
  if (orphan === undefined) throw new Error("nothing was spawned");
  const note = { url: "http://127.0.0.1:3000", workerUrl: undefined, databaseUrl: undefined, sandbox: undefined };

  const killed = await Home.open(folder);
  await killed.take(note);
  await killed.noteChild("clerk", orphan);
  const written = await readRunningNote(folder);
  expect(written?.owner).toEqual(identifyProcess(process.pid));

  const next = await Home.open(folder);
  await writeFile(path.join(folder, "running.json"), JSON.stringify({ ...written, owner: orphan }));
  await expect(next.take(note)).rejects.toThrow(`it runs already, at http://127.0.0.1:3000 (process ${orphan.pid})`);
  expect(isRunning(orphan)).toBe(true);

  await writeFile(path.join(folder, "running.json"), JSON.stringify(written));
  expect(await next.take(note)).toEqual(["clerk"]);
  expect(isRunning(orphan)).toBe(false);
  await next.release();
  expect(await readRunningNote(folder)).toBeUndefined();
});
