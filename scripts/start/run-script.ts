import { spawn } from "node:child_process";
import { typeScript } from "./services";
import { StartError } from "./start-error";

/**
 * Runs one of our scripts to its end, its output below ours. Throws a StartError with its last lines if it fails. `signal`
 * ends it.
 */
export async function runScript(
  root: string,
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  report: { signal: AbortSignal; say(line: string): void },
): Promise<void> {
  const child = spawn(process.execPath, typeScript(root, file, ...args), {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => child.kill("SIGTERM");
  report.signal.addEventListener("abort", end, { once: true });
  const lines: string[] = [];
  let rest = "";
  const take = (bytes: Buffer) => {
    const parts = (rest + bytes.toString("utf8")).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      lines.push(line);
      report.say(`             ${line}`);
    }
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (status, signal) => resolve(status ?? signal ?? "unknown"));
  });
  report.signal.removeEventListener("abort", end);
  if (rest !== "") report.say(`             ${rest}`);
  if (code !== 0 && !report.signal.aborted)
    throw new StartError(`${file} failed (${code}); what it said stands above.`);
}
