import { existsSync } from "node:fs";
import path from "node:path";
import { generateIfNeeded } from "../generate.mjs";
import { buildIfNeeded } from "./build";
import { checkPort } from "./check-port";
import { type StartedDatabase, startDatabase } from "./database";
import { Home } from "./home";
import { ManagedProcess, type ProcessSpec } from "./managed-process";
import { runScript } from "./run-script";
import { sandboxAddresses, sandboxSpec, webSpec, workerSpec } from "./services";
import { readStartSettings, type StartSettings } from "./start-settings";
import { welcomeLines } from "./welcome";

/**
 * One start of the whole product, from the database to the pages. `run` resolves after an orderly stop and throws a
 * StartError or DatabaseError if it cannot start or go on; by then everything it started has ended.
 */
export class WaybillStart {
  private readonly running: ManagedProcess[] = [];
  private database: StartedDatabase | undefined;
  private home: Home | undefined;
  private readonly cancel = new AbortController();
  private settle: (error?: Error) => void = () => undefined;
  private readonly end = new Promise<Error | undefined>((resolve) => {
    this.settle = resolve;
  });

  constructor(
    private readonly root: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly args: string[],
    private readonly say: (line: string) => void,
  ) {}

  async run(): Promise<void> {
    const up = this.bringUp(Date.now()).catch(async (error: unknown) => {
      // What fails because we were asked to stop is no failure. Ctrl-C ends what we wait for too, and where that blocked us
      // its signal is read after: in the poll that lies between two immediates.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      if (!this.isStopping()) this.settle(error instanceof Error ? error : new Error(String(error)));
    });
    const failure = await this.end;
    this.cancel.abort();
    // A process that is still starting stops waiting, so that nothing is started behind our back.
    await Promise.all([this.stopAll((process) => process.name !== "sandbox"), up]);
    await this.stopAll(() => true);
    await this.database?.stop();
    await this.home?.release();
    if (failure !== undefined) throw failure;
  }

  /** Asks for an orderly end; `run` resolves when it is done. */
  stop(): void {
    this.cancel.abort();
    this.settle();
  }

  private async bringUp(startedAt: number): Promise<void> {
    const settings = await readStartSettings(this.root, this.env, this.args);
    const home = await Home.open(settings.homeFolder);
    this.home = home;
    const worker = settings.role === "web" ? undefined : `http://127.0.0.1:${settings.workerPort}`;
    const ended = await home.take({
      url: settings.publicUrl,
      workerUrl: worker,
      databaseUrl: undefined,
      sandbox: undefined,
    });
    if (ended.length > 0) this.say(`left over    from a start that was killed, now ended: ${ended.join(", ")}`);
    if (settings.role !== "worker") await checkPort(settings.host, settings.port, "PORT");
    if (settings.role !== "web") await checkPort("127.0.0.1", settings.workerPort, "WORKER_PORT");
    const secret = settings.secret ?? (await home.secret("secret"));

    this.database = await startDatabase(home, secret, settings, { say: this.say, onFatal: this.settle });
    await home.update({ databaseUrl: this.database.url });
    if (this.isStopping()) return;
    if (generateIfNeeded(this.root)) this.say("client       written from the schema");
    if (settings.role !== "worker" && !settings.dev) {
      const built = await buildIfNeeded(this.root, home.path("logs", "build.log"), this.say, this.cancel.signal);
      this.say(`pages        ${built ? "built" : "built already"}`);
    }
    if (this.isStopping()) return;
    const env = this.childEnvironment(settings, home, secret, this.database);
    const sandbox =
      settings.demo && settings.role !== "worker" ? await this.startSandbox(settings, home, env) : undefined;
    await home.update({ sandbox });
    await this.startServices(settings, home, {
      ...env,
      ...(sandbox === undefined ? {} : { WAYBILL_SANDBOX: JSON.stringify(sandbox) }),
    });
    if (this.isStopping()) return;
    await home.update({ ready: true });
    for (const line of ["", ...welcomeLines(settings, Date.now() - startedAt)]) this.say(line);
  }

  private isStopping(): boolean {
    return this.cancel.signal.aborted;
  }

  private childEnvironment(
    settings: StartSettings,
    home: Home,
    secret: string,
    database: StartedDatabase,
  ): NodeJS.ProcessEnv {
    return {
      ...this.env,
      // Never the owner's: web and worker have no way to change the ledger's tables.
      DATABASE_URL: database.url,
      WAYBILL_DATABASE_URL: database.url,
      WAYBILL_ROLE_SEPARATION: database.roleSeparation,
      WAYBILL_SECRET: secret,
      NEXTAUTH_SECRET: secret,
      NEXTAUTH_URL: settings.publicUrl,
      WAYBILL_HOME: home.folder,
      WAYBILL_ROLE: settings.role,
      WAYBILL_DEMO: settings.demo ? "on" : (this.env.WAYBILL_DEMO ?? "off"),
      HOST: settings.host,
      PORT: String(settings.port),
      WORKER_PORT: String(settings.workerPort),
      TSX_TSCONFIG_PATH: path.join(this.root, "tsconfig.json"),
      NEXT_TELEMETRY_DISABLED: "1",
    };
  }

  private async startSandbox({ platforms }: StartSettings, home: Home, env: NodeJS.ProcessEnv): Promise<unknown> {
    const sandbox = await this.launch(await sandboxSpec(this.root, home, env, platforms), home);
    this.say("sandbox      a registry, a cluster and metrics of its own on 127.0.0.1");
    return sandboxAddresses(sandbox.output());
  }

  private async startServices(settings: StartSettings, home: Home, env: NodeJS.ProcessEnv): Promise<void> {
    const specs: ProcessSpec[] = [];
    if (settings.role !== "worker") specs.push(webSpec(this.root, home, settings, env));
    if (settings.role !== "web") specs.push(workerSpec(this.root, home, settings, env));
    const report = { signal: this.cancel.signal, say: this.say };
    if (settings.projectFile !== undefined) {
      await runScript(this.root, "scripts/apply-file.ts", [settings.projectFile], env, report);
    }
    const loadsDemo =
      settings.demo && settings.role === "all" && existsSync(path.join(this.root, "scripts/load-demo.ts"));
    await Promise.all([
      ...specs.map(async (spec) => {
        await this.launch(spec, home);
        if (!this.isStopping()) this.say(`${spec.name.padEnd(13)}ready`);
      }),
      loadsDemo ? runScript(this.root, "scripts/load-demo.ts", [], env, report) : undefined,
    ]);
  }

  private async launch(spec: ProcessSpec, home: Home): Promise<ManagedProcess> {
    const process = new ManagedProcess(spec, {
      say: this.say,
      onFatal: this.settle,
      onSpawn: (name, identity) => home.noteChild(name, identity),
    });
    this.running.push(process);
    if (!this.isStopping()) await process.start();
    return process;
  }

  /** In the order of who needs whom: pages and worker first, then the sandbox, the database last. */
  private async stopAll(which: (process: ManagedProcess) => boolean): Promise<void> {
    await Promise.all(this.running.filter(which).map((process) => process.stop()));
  }
}
