import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { StartError } from "./start-error";

/** What the built pages are made of; tests and generated code change nothing in them. */
const FOLDERS = ["app", "components", "lib", "public", "prisma"];
const FILES = [
  "package-lock.json",
  "tsconfig.json",
  "next.config.js",
  "next.config.ts",
  "postcss.config.mjs",
  "proxy.ts",
  "instrumentation.ts",
  "instrumentation-client.ts",
];
const NOT_BUILT = /(^|\/)(generated|testing|worker|migrations)(\/|$)|[.]test[.]tsx?$|[.]sql$/;

/** Builds the pages unless they are built from just these sources. Answers whether it built. Throws a StartError. */
export async function buildIfNeeded(
  root: string,
  logFile: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const output = path.join(root, ".next");
  const stampFile = path.join(output, "waybill-sources");
  const stamp = await hashSources(root);
  if (existsSync(path.join(output, "BUILD_ID")) && existsSync(stampFile)) {
    if ((await readFile(stampFile, "utf8")) === stamp) return false;
  }
  say("pages        building (half a minute, after each change of the sources)");
  await rm(stampFile, { force: true });
  await runNextBuild(root, logFile, signal);
  await mkdir(output, { recursive: true });
  await writeFile(stampFile, stamp);
  return true;
}

async function runNextBuild(root: string, logFile: string, signal: AbortSignal): Promise<void> {
  const log = await open(logFile, "w", 0o600);
  const child = spawn(process.execPath, [path.join(root, "node_modules/next/dist/bin/next"), "build"], {
    cwd: root,
    stdio: ["ignore", log.fd, log.fd],
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", WAYBILL_BUILD_TYPES: "unchecked" },
  });
  const end = () => child.kill("SIGTERM");
  signal.addEventListener("abort", end, { once: true });
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (status, signal) => resolve(status ?? signal ?? "unknown"));
  });
  signal.removeEventListener("abort", end);
  await log.close();
  if (code === 0) return;
  const said = (await readFile(logFile, "utf8")).trim().split("\n").slice(-25).join("\n");
  throw new StartError(`the pages could not be built (${code}):\n${said}\n\nThe whole log: ${logFile}`);
}

async function hashSources(root: string): Promise<string> {
  const hash = createHash("sha256");
  const files = [...FILES.filter((file) => existsSync(path.join(root, file)))];
  for (const folder of FOLDERS) files.push(...(await listFiles(root, folder)));
  for (const file of files.toSorted()) {
    hash.update(`${file}\0`);
    await pipeline(createReadStream(path.join(root, file)), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk);
    });
  }
  return hash.digest("hex");
}

async function listFiles(root: string, folder: string): Promise<string[]> {
  if (!existsSync(path.join(root, folder))) return [];
  const entries = await readdir(path.join(root, folder), { withFileTypes: true });
  const lists = entries.map(async (entry) => {
    const name = `${folder}/${entry.name}`;
    if (NOT_BUILT.test(name)) return [];
    if (entry.isDirectory()) return await listFiles(root, name);
    return entry.isFile() ? [name] : [];
  });
  return (await Promise.all(lists)).flat();
}
