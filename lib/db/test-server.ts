import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { connect } from "@/lib/db/connect";
import { startPostgres } from "@/lib/db/embedded/postgres";
import { endProcess, identifyProcess, isRunning } from "@/lib/db/embedded/process-identity";
import { ensureDatabase } from "@/lib/db/embedded/waybill-database";
import { prepareDatabase } from "@/lib/db/prepare";

/** What a test needs to clone itself a database. */
export interface TestServer {
  superuserUrl: string;
  /** Migration role's address; each test puts its own database's name in. */
  ownerUrl: string;
  /** Application role's address, or the owner's where the roles could not be separated. */
  url: string;
  appPassword: string;
  template: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    testServer: TestServer;
  }
}

const PREFIX = "waybill-test-";
const TEMPLATE = "waybill_template";

/** Runs once for all database tests: one throw-away Postgres, one migrated template that tests clone. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await sweepLeftOvers();
  const folder = await mkdtemp(path.join(tmpdir(), PREFIX));
  // Postgres's user must pass it when root runs the tests.
  await chmod(folder, 0o755);
  await writeFile(path.join(folder, "owner.json"), JSON.stringify(identifyProcess(process.pid)));
  await mkdir(path.join(folder, "data"));
  const server = await startPostgres({
    dataFolder: path.join(folder, "data"),
    logFile: path.join(folder, "postgres.log"),
    password: randomBytes(24).toString("base64url"),
    settings: [
      "fsync=off",
      "synchronous_commit=off",
      "full_page_writes=off",
      "max_connections=300",
      "max_wal_senders=0",
      "wal_level=minimal",
    ],
  });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ownerUrl = await ensureDatabase(server.superuserUrl, TEMPLATE);
    const appPassword = randomBytes(24).toString("base64url");
    const prepared = await prepareDatabase({ ownerUrl, adminUrl: server.superuserUrl, appPassword });
    if (!prepared.separateRole) throw new Error(`The test database has no separate role: ${prepared.reason}.`);
    project.provide("testServer", {
      superuserUrl: server.superuserUrl,
      ownerUrl,
      url: prepared.url,
      appPassword,
      template: TEMPLATE,
    });
    await forbidConnections(server.superuserUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** A template that somebody is connected to cannot be cloned. */
async function forbidConnections(superuserUrl: string): Promise<void> {
  const client = await connect(superuserUrl);
  try {
    await client.query(`ALTER DATABASE ${TEMPLATE} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`);
    await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [TEMPLATE]);
  } finally {
    await client.end();
  }
}

/** A test run that was killed leaves its server and folder behind; the next run ends them. */
async function sweepLeftOvers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = path.join(tmpdir(), name);
    const owner = await readJson(path.join(folder, "owner.json"));
    if (owner === undefined || isRunning(owner)) continue;
    const lock = await readFile(path.join(folder, "data", "postmaster.pid"), "utf8").catch(() => "");
    const server = identifyProcess(Number.parseInt(lock, 10) || 0);
    if (server !== undefined) await endProcess(server, "SIGINT", 5_000);
    await rm(folder, { recursive: true, force: true });
  }
}

async function readJson(file: string): Promise<{ pid: number; startedAt: string } | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || !("startedAt" in value)) return undefined;
    return { pid: Number(value.pid), startedAt: String(value.startedAt) };
  } catch {
    return undefined;
  }
}
