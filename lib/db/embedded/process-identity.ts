import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in the system's own words; only compared for equality. */
  startedAt: string;
}

/** The process of this number, or undefined if there is none that runs (a zombie does not). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!isAlive(pid)) return undefined;
  const startedAt = startOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** True while exactly this process runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt;
}

/** The command line, to recognise a program by; "" where it cannot be read. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return ps(pid, "command=") ?? "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces; after it come the state and, as the 20th field on, the start time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return ps(pid, "lstart=");
  }
}

function ps(pid: number, column: string): string | undefined {
  try {
    const text = execFileSync("ps", ["-o", column, "-p", String(pid)], { encoding: "utf8", stdio: "pipe" }).trim();
    return text === "" ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Ends a process that is not our child and waits for it: `signal` first, SIGKILL after `graceMs`. Resolves at once if
 * it does not run any more, and with false if it would not die.
 */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<boolean> {
  for (const [step, waitMs] of [
    [signal, graceMs],
    ["SIGKILL", 5_000],
  ] as const) {
    if (!isRunning(identity)) return true;
    try {
      process.kill(identity.pid, step);
    } catch {
      return !isRunning(identity);
    }
    if (await waitUntilGone(identity, waitMs)) return true;
  }
  return !isRunning(identity);
}

async function waitUntilGone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const until = Date.now() + timeoutMs;
  while (Date.now() < until) {
    if (!isRunning(identity)) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return !isRunning(identity);
}
