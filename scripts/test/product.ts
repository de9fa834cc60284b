import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "@/lib/db/embedded/free-port";
import { type RunningNote, readRunningNote } from "../start/home";
import { type Canaries, makeCanaries } from "./canaries";

const READY_MINUTES = 20;
/** Its parts are given a quarter of a minute each. */
const STOP_MINUTES = 2;

/** The whole product, started by its own start command in a folder of its own. */
export class Product {
  private constructor(
    readonly url: string,
    readonly home: string,
    /** Secrets that it was started with, to be searched for afterwards. */
    readonly canaries: Canaries,
    private readonly child: ChildProcess,
    private readonly ended: Promise<number | string>,
  ) {}

  /** Starts it, its output between ours, and waits until it is ready. Throws if it ends before or takes too long. */
  static async start(root: string): Promise<Product> {
    const home = await mkdtemp(path.join(tmpdir(), "waybill-e2e-"));
    // Where root runs the tests, the database runs as another user, who must pass.
    await chmod(home, 0o755);
    const port = await freePort();
    // The usual port of the worker is what every other product on this machine tries first, too.
    const ports = { PORT: String(port), WORKER_PORT: String(await freePort()) };
    const canaries = makeCanaries();
    const env = { ...withoutWaybillSettings(process.env), ...ports, ...canaries, WAYBILL_HOME: home };
    const child = spawn(process.execPath, [path.join(root, "scripts/start.mjs")], {
      cwd: root,
      env,
      stdio: ["ignore", "inherit", "inherit"],
    });
    const ended = new Promise<number | string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
    const product = new Product(`http://127.0.0.1:${port}`, home, canaries, child, ended);
    try {
      await product.ready();
    } catch (error) {
      await product.stop();
      throw error;
    }
    return product;
  }

  private async ready(): Promise<RunningNote> {
    let end: number | string | undefined;
    void this.ended.then((code) => {
      end = code;
    });
    const until = Date.now() + READY_MINUTES * 60_000;
    for (;;) {
      const note = await readRunningNote(this.home);
      if (note?.ready === true) return note;
      if (end !== undefined) throw new Error(`npm start ended (${end}); what it said stands above`);
      if (Date.now() > until) throw new Error(`npm start was not ready after ${READY_MINUTES} minutes`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Stops it as Ctrl-C does; answers its exit code, or by which signal it was ended because that did not help. */
  async stop(): Promise<number | string> {
    this.child.kill("SIGTERM");
    // What it started hears that it is gone.
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_MINUTES * 60_000);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  async removeHome(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }
}

/** What the person's own shell sets for their own Waybill must not reach the tested one. */
function withoutWaybillSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = { ...env };
  for (const name of Object.keys(kept)) {
    if (/^(WAYBILL_|NEXTAUTH_|OIDC_|DATABASE_URL$|HOST$|PORT$|WORKER_PORT$)/.test(name)) delete kept[name];
  }
  return kept;
}
