import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { identifyProcess, type ProcessIdentity } from "@/lib/db/embedded/process-identity";
import { StartError } from "./start-error";

export interface ProcessSpec {
  /** As a person reads it: "web", "worker". */
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Asked again and again until it says true; `output` is what the process has printed since it was started. */
  isReady(output: () => string): Promise<boolean>;
  readyTimeoutMs: number;
  /** How long it gets after SIGTERM. */
  stopMs: number;
}

export interface ProcessReports {
  say(line: string): void;
  /** It died again and again, and is given up. */
  onFatal(error: StartError): void;
  onSpawn(name: string, process: ProcessIdentity): Promise<void>;
}

const QUICK_DEATH_MS = 10_000;
const QUICK_DEATHS_MAX = 5;
const LOG_BYTES_MAX = 10_000_000;

/** A process that is kept running: started, waited for, started again after it died, stopped in order. */
export class ManagedProcess {
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private stopping = false;
  private wasReady = false;
  private quickDeaths = 0;
  private restart: NodeJS.Timeout | undefined;
  private logFrom = 0;

  constructor(
    private readonly spec: ProcessSpec,
    private readonly reports: ProcessReports,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  /** Resolves once it is ready. Throws a StartError with its last words if it ends before, or takes too long. */
  async start(): Promise<void> {
    await this.spawn();
    const until = Date.now() + this.spec.readyTimeoutMs;
    for (;;) {
      if (this.stopping) return;
      if (this.child === undefined) {
        throw new StartError(`the ${this.spec.name} ended while it was starting. ${this.lastWords()}`);
      }
      if (await this.spec.isReady(() => this.output())) break;
      if (Date.now() > until) {
        const seconds = Math.round(this.spec.readyTimeoutMs / 1000);
        throw new StartError(`the ${this.spec.name} was not ready after ${seconds} s. ${this.lastWords()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.wasReady = true;
  }

  /** SIGTERM, and SIGKILL for it and what it started if it does not end in time. Waits for the end. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restart);
    const { child } = this;
    if (child?.pid === undefined) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => killGroup(child), this.spec.stopMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** What it has printed since it was started last. */
  output(): string {
    if (!existsSync(this.spec.logFile)) return "";
    return readFileSync(this.spec.logFile).subarray(this.logFrom).toString("utf8");
  }

  private async spawn(): Promise<void> {
    const { spec } = this;
    if (existsSync(spec.logFile) && statSync(spec.logFile).size > LOG_BYTES_MAX) {
      await rename(spec.logFile, `${spec.logFile}.1`);
    }
    const log = await open(spec.logFile, "a", 0o600);
    this.logFrom = (await log.stat()).size;
    const startedAt = Date.now();
    // Its own process group, so that Ctrl-C reaches it through us, in order; a file, so that it outlives our end.
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once("error", (error) => this.onEnd(child, error.message, startedAt, resolve));
      child.once("exit", (code, signal) => this.onEnd(child, signal ?? `exit code ${code}`, startedAt, resolve));
    });
    await log.close();
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (identity !== undefined) await this.reports.onSpawn(spec.name, identity);
  }

  private onEnd(child: ChildProcess, how: string, startedAt: number, resolve: () => void): void {
    if (this.child === child) this.child = undefined;
    resolve();
    if (this.stopping || !this.wasReady) return;
    this.quickDeaths = Date.now() - startedAt < QUICK_DEATH_MS ? this.quickDeaths + 1 : 1;
    if (this.quickDeaths >= QUICK_DEATHS_MAX) {
      this.reports.onFatal(
        new StartError(`the ${this.spec.name} ended ${this.quickDeaths} times in a row (${how}). ${this.lastWords()}`),
      );
      return;
    }
    const pauseMs = 250 * 2 ** this.quickDeaths;
    this.reports.say(`the ${this.spec.name} ended (${how}); it is started again in ${pauseMs / 1000} s`);
    this.restart = setTimeout(() => {
      this.spawn().catch((error: unknown) => this.reports.onFatal(new StartError(String(error))));
    }, pauseMs);
  }

  private lastWords(): string {
    const lines = this.output()
      .split("\n")
      .filter((line) => line.trim() !== "");
    const words = lines.length === 0 ? "It said nothing." : `It said last:\n${lines.slice(-12).join("\n")}\n`;
    return `${words}\nIts log: ${this.spec.logFile}`;
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
