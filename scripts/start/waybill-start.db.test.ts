import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { WaybillStart } from "./waybill-start";

let database: TestDatabase;
let root: string;

beforeEach(async () => {
  database = await createTestDatabase();
  root = await mkdtemp(path.join(tmpdir(), "start-"));
  await mkdir(path.join(root, "prisma"));
  await writeFile(path.join(root, "prisma", "schema.prisma"), "");
  await mkdir(path.join(root, "node_modules", "prisma", "build"), { recursive: true });
  await writeFile(path.join(root, "node_modules", "prisma", "package.json"), "{}");
});

afterEach(async () => {
  process.removeAllListeners("SIGUSR2");
  await database.close();
  await rm(root, { recursive: true, force: true });
});

/** A start whose step that writes the client runs `script`; SIGUSR2 stands for the terminal's Ctrl-C. */
async function startWith(script: string): Promise<WaybillStart> {
  await writeFile(path.join(root, "node_modules", "prisma", "build", "index.js"), script);
  const env = {
    NODE_ENV: "test" as const,
    DATABASE_URL: database.ownerUrl,
    WAYBILL_HOME: path.join(root, "home"),
    WAYBILL_ROLE: "worker",
    WAYBILL_SECRET: "of this test alone, and of thirty-two characters",
  };
  const start = new WaybillStart(root, env, [], () => undefined);
  process.on("SIGUSR2", () => start.stop());
  return start;
}

test("a step that Ctrl-C ended before the start itself heard of it is no failure", async () => {
  const start = await startWith('process.kill(process.ppid, "SIGUSR2"); process.exitCode = 1;');
  await expect(start.run()).resolves.toBeUndefined();
});

test("a step that fails by itself is one", async () => {
  const start = await startWith('console.error("no such schema"); process.exitCode = 1;');
  await expect(start.run()).rejects.toThrow(/no such schema/);
});
