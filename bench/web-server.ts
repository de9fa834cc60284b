import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startPages } from "@/bench/start-process";
import { freePort } from "@/lib/db/embedded/free-port";
import { buildIfNeeded } from "@/scripts/start/build";

const root = path.resolve(import.meta.dirname, "..");

export interface WebServer {
  /** `http://127.0.0.1:PORT` */
  address: string;
  stop(): Promise<void>;
}

/** Set for the benches of one run, which all measure the pages that it built first. */
export const PAGES_ARE_BUILT = "WAYBILL_BENCH_PAGES_BUILT";

/** Builds the pages unless they are built from just these sources. */
export async function buildPages(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "waybill-bench-build-"));
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  try {
    await buildIfNeeded(root, path.join(folder, "build.log"), say, new AbortController().signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The built product's web process over a database, as `npm start` runs it; builds the pages unless the run did. */
export async function startWebServer(databaseUrl: string, env: Record<string, string> = {}): Promise<WebServer> {
  if (process.env[PAGES_ARE_BUILT] !== "yes") await buildPages();
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const secret = randomBytes(32).toString("base64url");
  const server = await startPages(port, {
    DATABASE_URL: databaseUrl,
    WAYBILL_DATABASE_URL: databaseUrl,
    WAYBILL_SECRET: secret,
    NEXTAUTH_SECRET: secret,
    NEXTAUTH_URL: address,
    WAYBILL_ROLE: "all",
    PORT: String(port),
    ...env,
  });
  return { address, stop: server.stop };
}
