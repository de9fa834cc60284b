import { spawn } from "node:child_process";
import path from "node:path";
import { onInterrupt } from "@/bench/on-interrupt";
import { typeScriptArguments } from "@/scripts/start/run-typescript.mjs";

/** A process that a bench started, in the state in which it said that it is ready. */
export interface BenchProcess {
  /** The line by which it said so. */
  ready: string;
  /** SIGTERM, and SIGKILL if it has not ended after 10 s. */
  stop(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, "..");
const readyTimeoutMs = 60_000;

interface ProcessOptions {
  args?: string[];
  env?: Record<string, string>;
}

/** Runs a TypeScript file of the repository and resolves once a line that it prints contains `readyWhen`. */
export function startTypeScript(file: string, readyWhen: string, options: ProcessOptions = {}): Promise<BenchProcess> {
  const args = [...typeScriptArguments(root), path.join(root, file), ...(options.args ?? [])];
  return startNode(file, args, readyWhen, { TSX_TSCONFIG_PATH: path.join(root, "tsconfig.json"), ...options.env });
}

/** Runs the built pages on a port of loopback and resolves once they answer; `.next` must be built. */
export function startPages(port: number, env: Record<string, string>): Promise<BenchProcess> {
  const next = path.join(root, "node_modules", "next", "dist", "bin", "next");
  return startNode("next start", [next, "start", "-H", "127.0.0.1", "-p", String(port)], "Ready in", env);
}

async function startNode(
  name: string,
  args: readonly string[],
  readyWhen: string,
  env: Record<string, string>,
): Promise<BenchProcess> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    forget();
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await exited;
    clearTimeout(timer);
  };
  const forget = onInterrupt(stop);
  let said = "";
  let isReady = false;
  const ready = new Promise<string>((resolve, reject) => {
    const take = (bytes: Buffer) => {
      // Only the end is kept: it is read for the ready line, and for last words.
      said = (said + bytes.toString("utf8")).slice(-100_000);
      const line = isReady
        ? undefined
        : said
            .split("\n")
            .slice(0, -1)
            .find((one) => one.includes(readyWhen));
      if (line === undefined) return;
      isReady = true;
      resolve(line);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    void exited.then(() => reject(new Error(`${name} ended: ${said.slice(-2_000)}`)));
    setTimeout(
      () => reject(new Error(`${name} was not ready after 60 s: ${said.slice(-2_000)}`)),
      readyTimeoutMs,
    ).unref();
  });
  try {
    return { ready: await ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
