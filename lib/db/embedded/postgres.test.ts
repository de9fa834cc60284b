import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect } from "@/lib/db/connect";
import { type PostgresServer, startPostgres } from "./postgres";
import { endProcess, identifyProcess, isRunning } from "./process-identity";

let folder: string;
const started: PostgresServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "embedded-"));
  await chmod(folder, 0o755);
});

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(password = "a password with 'quotes' and / signs"): Promise<PostgresServer> {
  const server = await startPostgres({
    dataFolder: path.join(folder, "data"),
    logFile: path.join(folder, "postgres.log"),
    password,
    settings: ["fsync=off"],
  });
  started.push(server);
  return server;
}

async function ask(server: PostgresServer, sql: string): Promise<unknown[]> {
  const client = await connect(server.superuserUrl);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("keeps its data over an orderly stop, a kill of the server, and a start over one that was left running", async () => {
  const first = await start();
  await ask(first, "CREATE TABLE parcel (id integer)");
  await ask(first, "INSERT INTO parcel VALUES (1)");
  await first.stop();

  const second = await start();
  expect(await ask(second, "SELECT id FROM parcel")).toEqual([{ id: 1 }]);
  process.kill(second.pid, "SIGKILL");
  await second.ended;

  const third = await start();
  expect(await ask(third, "SELECT id FROM parcel")).toEqual([{ id: 1 }]);
  // The third is not stopped: so a killed `npm start` leaves it.
  const orphan = identifyProcess(third.pid);
  const fourth = await start();
  expect(orphan && isRunning(orphan)).toBe(false);
  expect(await ask(fourth, "SELECT id FROM parcel")).toEqual([{ id: 1 }]);
  await fourth.stop();

  // After a restart of the machine the number in the lock file may belong to somebody else, who must live on.
  await writeFile(path.join(folder, "data", "postmaster.pid"), `${process.pid}\n/elsewhere\n`);
  const fifth = await start();
  expect(await ask(fifth, "SELECT id FROM parcel")).toEqual([{ id: 1 }]);
});

test("listens on loopback only, and asks for the password", async () => {
  const server = await start();
  expect(await ask(server, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
  expect(await ask(server, "SHOW unix_socket_directories")).toEqual([{ unix_socket_directories: "" }]);
  await expect(connect(server.superuserUrl.replace(/:[^:@]+@/, ":guess@"))).rejects.toThrow(/refuses the user/);
  await server.stop();
  await expect(start("another")).rejects.toThrow(/was made with another password/);
});

test("says so for data of another major version", async () => {
  await (await start()).stop();
  await writeFile(path.join(folder, "data", "PG_VERSION"), "13\n");
  await expect(start()).rejects.toThrow(/is of Postgres 13, the embedded one is 18/);
  expect(await readFile(path.join(folder, "data", "PG_VERSION"), "utf8")).toBe("13\n");
});

test("endProcess leaves a process alone that merely got the same number", async () => {
  const self = identifyProcess(process.pid);
  expect(self).toBeDefined();
  expect(await endProcess({ pid: process.pid, startedAt: "another time" }, "SIGKILL", 10)).toBe(true);
  expect(self && isRunning(self)).toBe(true);
});
