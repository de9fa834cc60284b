import { type ChildProcess, spawn } from "node:child_process";

const children = new Set<ChildProcess>();

/** Runs a program with our own output, and answers its exit code; a signal or a timeout answers what it was. */
export async function runCommand(
  command: string,
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; timeoutMinutes: number },
): Promise<number | string> {
  const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: "inherit" });
  children.add(child);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGTERM");
    // A runner that hangs does not hear SIGTERM either.
    setTimeout(() => child.kill("SIGKILL"), 10_000).unref();
  }, options.timeoutMinutes * 60_000);
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (status, signal) => resolve(status ?? signal ?? "unknown"));
  });
  clearTimeout(timer);
  children.delete(child);
  return late ? `not done after ${options.timeoutMinutes} minutes` : code;
}

/** Ends what runs at this moment, for Ctrl-C. */
export function endCommands(signal: NodeJS.Signals): void {
  for (const child of children) child.kill(signal);
}
