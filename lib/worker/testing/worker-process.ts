import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { typeScriptArguments } from "@/scripts/start/run-typescript.mjs";

/** A worker in a process of its own, as `npm start` runs it. */
export interface WorkerProcess {
  child: ChildProcess;
  /** Resolves when it has ended, with how. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Everything it logged so far. */
  output(): string;
}

const root = path.resolve(import.meta.dirname, "../../..");

/** Starts a worker over a database, with leases of two seconds, and resolves once it is at work. */
export async function startWorkerProcess(
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<WorkerProcess> {
  const script = path.join(root, "lib/worker/main.ts");
  const child = spawn(process.execPath, [...typeScriptArguments(root), script], {
    cwd: root,
    env: {
      NODE_ENV: "production",
      PATH: process.env.PATH,
      TSX_TSCONFIG_PATH: path.join(root, "tsconfig.json"),
      DATABASE_URL: databaseUrl,
      WAYBILL_DATABASE_URL: databaseUrl,
      WAYBILL_ROLE: "worker",
      WAYBILL_LEASE_MS: "2000",
      WORKER_PORT: "0",
      WAYBILL_OUTBOUND: "loopback",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    const take = (bytes: Buffer) => {
      text += bytes.toString("utf8");
      if (text.includes("the worker is at work")) resolve();
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    void exited.then(({ code, signal }) => {
      // A failpoint may end it before it has said anything.
      if (signal === "SIGKILL") resolve();
      else reject(new Error(`the worker ended (${code ?? signal}): ${text.slice(-2_000)}`));
    });
  });
  return { child, exited, output: () => text };
}
