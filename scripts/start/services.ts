import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { freePort } from "@/lib/db/embedded/free-port";
import type { Home } from "./home";
import type { ProcessSpec } from "./managed-process";
import type { StartSettings } from "./start-settings";

/** What every process of Waybill is told; `extra` is one process's own. */
export type ServiceEnvironment = NodeJS.ProcessEnv;

const node = process.execPath;

/** Arguments that run a TypeScript file of the repository. */
export function typeScript(root: string, file: string, ...args: string[]): string[] {
  const loader = pathToFileURL(path.join(root, "node_modules", "tsx", "dist", "loader.mjs")).href;
  return ["--import", loader, path.join(root, file), ...args];
}

/**
 * Longer than proxies and clients keep an idle connection (a minute, usually): whoever closes first must not be the server,
 * or a request that is on its way to it is lost. Node's own is 5 seconds.
 */
const keepAliveMs = 75_000;

export function webSpec(root: string, home: Home, settings: StartSettings, env: ServiceEnvironment): ProcessSpec {
  const next = path.join(root, "node_modules/next/dist/bin/next");
  const { host, port } = settings;
  const at = ["-H", host, "-p", String(port)];
  // A server that listens everywhere is asked on loopback.
  const reached = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return {
    name: "web",
    command: node,
    args: settings.dev ? [next, "dev", ...at] : [next, "start", ...at, "--keepAliveTimeout", String(keepAliveMs)],
    cwd: root,
    env: { ...env, NODE_ENV: settings.dev ? "development" : "production" },
    logFile: home.path("logs", "web.log"),
    isReady: () => answersOk(`http://${reached}:${port}/api/health/ready`),
    readyTimeoutMs: 90_000,
    stopMs: 10_000,
  };
}

export function workerSpec(root: string, home: Home, settings: StartSettings, env: ServiceEnvironment): ProcessSpec {
  const run = typeScript(root, "lib/worker/main.ts");
  return {
    name: "worker",
    command: node,
    args: settings.dev ? ["--watch", ...run] : run,
    cwd: root,
    env: { ...env, NODE_ENV: settings.dev ? "development" : "production" },
    logFile: home.path("logs", "worker.log"),
    isReady: () => answersOk(`http://127.0.0.1:${settings.workerPort}/api/health/ready`),
    readyTimeoutMs: 60_000,
    // It finishes or releases its step within 10 s.
    stopMs: 15_000,
  };
}

const SANDBOX_SERVERS = ["registry", "cluster", "metrics", "services"] as const;

/** Its ports stay the same, within a run and from one to the next if they can: projects know its addresses. */
export async function sandboxSpec(
  root: string,
  home: Home,
  env: ServiceEnvironment,
  platforms?: string,
): Promise<ProcessSpec> {
  const remembered = await readPorts(home.path("sandbox-ports.json"));
  const ports: Record<string, number> = {};
  for (const server of SANDBOX_SERVERS) ports[server] = await freePort(remembered[server]);
  await writeFile(home.path("sandbox-ports.json"), `${JSON.stringify(ports)}\n`);
  const portArguments = Object.entries(ports).flatMap(([server, port]) => [`--${server}-port`, String(port)]);
  const chosen = platforms === undefined ? [] : ["--platforms", platforms];
  return {
    name: "sandbox",
    command: node,
    args: typeScript(root, "sandbox/main.ts", "--seed", ...chosen, "--data", home.path("sandbox"), ...portArguments),
    cwd: root,
    env: withoutSecrets(env),
    logFile: home.path("logs", "sandbox.log"),
    isReady: async (output) => sandboxAddresses(output()) !== undefined,
    readyTimeoutMs: 60_000,
    stopMs: 5_000,
  };
}

async function readPorts(file: string): Promise<Record<string, number | undefined>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, port]) => Number.isInteger(port)));
  } catch {
    return {};
  }
}

/** The sandbox prints one line of JSON once it listens. */
export function sandboxAddresses(output: string): unknown {
  for (const line of output.split("\n")) {
    if (!line.startsWith("{")) continue;
    try {
      return JSON.parse(line);
    } catch {
      // The line is not whole yet.
    }
  }
  return undefined;
}

/** The sandbox is no part of Waybill: it gets neither the database nor the secret. */
function withoutSecrets(env: ServiceEnvironment): ServiceEnvironment {
  const kept = { ...env };
  for (const name of ["DATABASE_URL", "WAYBILL_DATABASE_URL", "WAYBILL_SECRET", "NEXTAUTH_SECRET"]) delete kept[name];
  return kept;
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
