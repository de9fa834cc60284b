import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "@/lib/db/embedded/free-port";
import { ensureInstalled, installedMatches } from "./install.mjs";
import { checkMachineNode, findNode } from "./node-binary.mjs";
import { typeScriptArguments } from "./run-typescript.mjs";

const root = process.cwd();
let folder: string;
let neighbour: Server;
let takenPort: number;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "start-errors-"));
  takenPort = await freePort();
  neighbour = createServer();
  await new Promise<void>((resolve) => neighbour.listen(takenPort, "127.0.0.1", resolve));
});

afterAll(async () => {
  await new Promise((resolve) => neighbour.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function start(env: Record<string, string>, args: string[] = []): Promise<{ code: number; said: string }> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(WAYBILL|NEXTAUTH|OIDC|DATABASE_URL|PORT$|HOST$)/.test(name)),
  );
  const script = path.join(root, "scripts/start/main.ts");
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [...typeScriptArguments(root), script, ...args],
      { cwd: root, env: { ...clean, NODE_ENV: "test", WAYBILL_HOME: path.join(folder, "home"), ...env } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
}

describe("npm start ends with one clear line for", () => {
  const refused = "postgresql://waybill:hunter2-secret@127.0.0.1:1/waybill";
  const cases: [string, () => Record<string, string>, string][] = [
    [
      "a taken port",
      () => ({ PORT: String(takenPort) }),
      `port ${"%"} is taken by another program. Stop that one, or choose`,
    ],
    ["a port that is none", () => ({ PORT: "http" }), 'PORT ("http") is not valid; allowed is a port from 1 to 65535'],
    [
      "a database that does not answer",
      () => ({ DATABASE_URL: refused }),
      "waybill@127.0.0.1:1/waybill does not answer",
    ],
    [
      "a database that is no Postgres",
      () => ({ DATABASE_URL: "mysql://x" }),
      "DATABASE_URL is not valid; allowed is postgres",
    ],
    [
      "a project file that is not there",
      () => ({ WAYBILL_FILE: "nowhere.yaml" }),
      "nowhere.yaml is not there. Correct WAYBILL_FILE",
    ],
    ["a folder that cannot be written", () => ({ WAYBILL_HOME: path.join(folder, "a-file") }), "cannot be written"],
    ["the demo for everybody", () => ({ HOST: "0.0.0.0" }), "demo people have no password, so HOST must be 127.0.0.1"],
    [
      "a web process apart without what it shares with the worker",
      () => ({ WAYBILL_ROLE: "web", WAYBILL_DEMO: "off" }),
      "WAYBILL_ROLE is web, and DATABASE_URL and WAYBILL_SECRET are missing: web and worker need the same",
    ],
    [
      "a worker apart that would make a secret of its own",
      () => ({ WAYBILL_ROLE: "worker", DATABASE_URL: refused }),
      "WAYBILL_ROLE is worker, and WAYBILL_SECRET is missing",
    ],
    [
      "an address of another machine",
      () => ({ HOST: "203.0.113.7", WAYBILL_DEMO: "off" }),
      "is not an address of this machine",
    ],
  ];

  test.each(cases)("%s", async (_what, env, line) => {
    await writeFile(path.join(folder, "a-file"), "");
    const port = String(await freePort());
    const { code, said } = await start({ PORT: port, ...env() });
    expect(said).toContain(line.replace("%", String(takenPort)));
    expect(code).toBe(1);
    expect(said.trim().split("\n")).toHaveLength(1);
    expect(said).toMatch(/^Waybill cannot start: /);
    expect(said).not.toContain("hunter2");
    expect(await readdir(folder)).not.toContain("postgres");
  });

  test("an option it does not have", async () => {
    expect(await start({}, ["--prod"])).toEqual({
      code: 1,
      said: 'Waybill cannot start: "--prod" is not an option. There is one: --dev\n',
    });
  });
});

describe("before anything is installed", () => {
  test("an old Node is named, with what to install", () => {
    expect(() => checkMachineNode("18.20.4")).toThrow("Node 18.20.4 is too old. Install Node 20 or newer");
    expect(() => checkMachineNode("20.0.0")).not.toThrow();
  });

  test("the Node that is found is new enough", () => {
    expect(findNode(root)).toBe(process.execPath);
  });

  test("packages that npm itself installed are taken as they are", () => {
    expect(installedMatches(root, path.join(root, "package-lock.json"))).toBe(true);
  });

  test("a missing npm is named", async () => {
    const empty = await mkdtemp(path.join(tmpdir(), "no-packages-"));
    await writeFile(
      path.join(empty, "package-lock.json"),
      JSON.stringify({ packages: { "": {}, a: { version: "1" } } }),
    );
    const before = process.env.PATH;
    process.env.PATH = empty;
    try {
      const said: string[] = [];
      await expect(ensureInstalled(empty, (line: string) => said.push(line))).rejects.toThrow(
        "npm is missing. Install Node",
      );
      expect(said).toEqual(["packages     installing (a minute or two, once)"]);
    } finally {
      process.env.PATH = before;
      await rm(empty, { recursive: true, force: true });
    }
  });
});
