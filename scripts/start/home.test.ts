import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identifyProcess } from "@/lib/db/embedded/process-identity";
import { typeScriptArguments } from "./run-typescript.mjs";

const root = process.cwd();
let folder: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "home-"));
});

afterEach(async () => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** A process whose lines are read one by one. */
function run(args: string[]): { child: ChildProcess; nextLine(): Promise<string> } {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, TSX_TSCONFIG_PATH: path.join(root, "tsconfig.json") },
  });
  started.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, nextLine: async () => String((await lines.next()).value) };
}

const takes = `
  import { Home } from "@/scripts/start/home";
  const home = await Home.open(process.argv[1]);
  console.log("here");
  process.stdin.once("data", async () => {
    try {
      const ended = await home.take({ url: "http://127.0.0.1:1", workerUrl: undefined, databaseUrl: undefined, sandbox: undefined });
      console.log("took, ended " + ended.join(" "));
    } catch (error) {
      console.log(error.message);
    }
  });`;

function starter() {
  return run([...typeScriptArguments(root), "--input-type=module", "--eval", takes, folder]);
}

test("of two starts at the same moment one takes the folder, also while it ends what a killed one left", async () => {
  const leftOver = run([
    "--eval",
    'process.on("SIGTERM", () => setTimeout(() => process.exit(), 500)); process.stdin.resume(); console.log("up")',
  ]);
  await leftOver.nextLine();
  const child = identifyProcess(leftOver.child.pid ?? 0);
  await mkdir(path.join(folder, "logs"));
  await writeFile(
    path.join(folder, "running.json"),
    JSON.stringify({ owner: { pid: 1, startedAt: "of a killed one" }, children: [{ name: "web", process: child }] }),
  );
  const starters = [starter(), starter()];
  for (const { nextLine } of starters) expect(await nextLine()).toBe("here");

  for (const { child } of starters) child.stdin?.write("go\n");

  const said = (await Promise.all(starters.map(({ nextLine }) => nextLine()))).toSorted();
  expect(said[1]).toBe("took, ended web");
  expect(said[0]).toMatch(/^it (is being started|runs already, at http:.*) \(process \d+\)\. Stop that one first/);
});

test("a claim ends with its process, however it ended", async () => {
  const first = starter();
  await first.nextLine();
  first.child.stdin?.write("go\n");
  expect(await first.nextLine()).toBe("took, ended ");
  const gone = new Promise((resolve) => first.child.once("exit", resolve));
  first.child.kill("SIGKILL");
  await gone;

  const second = starter();
  await second.nextLine();
  second.child.stdin?.write("go\n");
  expect(await second.nextLine()).toBe("took, ended ");
  expect((await readdir(folder)).filter((name) => name.startsWith("claim"))).toEqual(["claim-2"]);
});
