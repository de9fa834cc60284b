import { existsSync } from "node:fs";
import path from "node:path";
import { readSettings, SettingsError } from "@/lib/config/env";
import { freePort } from "@/lib/db/embedded/free-port";
import { platformsOf } from "@/sandbox/seed-platforms";
import { StartError } from "./start-error";

export interface StartSettings {
  dev: boolean;
  /** Absolute. */
  homeFolder: string;
  host: string;
  port: number;
  workerPort: number;
  publicUrl: string;
  role: "all" | "web" | "worker";
  /** Absolute path of the project file that is applied; without one the sandbox is started and the demo loaded. */
  projectFile: string | undefined;
  /** The sandbox's platforms and people: only where no project file and no database of one's own data is given. */
  demo: boolean;
  /** Which of the sandbox's platforms, with commas between them; undefined: the usual two. */
  platforms: string | undefined;
  /** Who can sign in: the demo's people, those of an OpenID Connect service. */
  signIn: { demo: boolean; oidc: boolean };
  databaseUrl: string | undefined;
  /** An application role's address that an administrator made. */
  appUrl: string | undefined;
  /** Given in the environment; else one is made and kept. */
  secret: string | undefined;
}

const WORKER_PORT_WANTED = 3001;

/** What the environment and the command line ask of the start. Throws a StartError with one line a wrong setting. */
export async function readStartSettings(root: string, env: NodeJS.ProcessEnv, args: string[]): Promise<StartSettings> {
  const unknown = args.filter((argument) => argument !== "--dev");
  if (unknown.length > 0) throw new StartError(`"${unknown[0]}" is not an option. There is one: --dev`);
  const given = (name: string) => env[name] || undefined;
  const projectFile = given("WAYBILL_FILE");
  const file = projectFile === undefined ? undefined : path.resolve(given("INIT_CWD") ?? root, projectFile);
  if (file !== undefined && !existsSync(file)) {
    throw new StartError(`the project file ${file} is not there. Correct WAYBILL_FILE.`);
  }
  const demo = file === undefined && given("WAYBILL_DEMO") !== "off" && given("WAYBILL_DEMO") !== "0";
  const secret = given("WAYBILL_SECRET") ?? given("NEXTAUTH_SECRET");
  const workerPort = given("WORKER_PORT") ?? String(await freePort(WORKER_PORT_WANTED));
  const settings = checked({
    ...env,
    WAYBILL_DEMO: demo ? "on" : env.WAYBILL_DEMO,
    WORKER_PORT: workerPort,
    // What the start provides itself is not missing yet.
    DATABASE_URL: given("DATABASE_URL") ?? "postgresql://127.0.0.1/waybill",
    WAYBILL_SECRET: secret ?? "made by the start, and kept in its folder",
  });
  if (settings.role !== "all") mustShare(settings.role, given, secret);
  return {
    dev: args.includes("--dev"),
    homeFolder: path.resolve(given("WAYBILL_HOME") ?? path.join(root, ".waybill")),
    host: settings.host,
    port: settings.port,
    workerPort: settings.workerPort,
    publicUrl: settings.publicUrl,
    role: settings.role,
    projectFile: file,
    demo,
    platforms: platformsIn(given("WAYBILL_PLATFORMS")),
    signIn: { demo: settings.demo, oidc: settings.oidc !== undefined },
    databaseUrl: given("DATABASE_URL"),
    appUrl: given("WAYBILL_DATABASE_URL"),
    secret,
  };
}

/**
 * Web and worker apart must meet in one database, and sign in there as one role, whose password comes from the secret: with
 * what each would make for itself, the worker would see no promotion, or lock the web process out.
 */
function mustShare(role: string, given: (name: string) => string | undefined, secret: string | undefined): void {
  const missing = [
    given("DATABASE_URL") === undefined ? "DATABASE_URL" : "",
    secret === undefined && given("WAYBILL_DATABASE_URL") === undefined ? "WAYBILL_SECRET" : "",
  ].filter((name) => name !== "");
  if (missing.length === 0) return;
  throw new StartError(
    `WAYBILL_ROLE is ${role}, and ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing: web and worker need the same. Set ${missing.length === 1 ? "it" : "them"} for both, or leave WAYBILL_ROLE out.`,
  );
}

function platformsIn(names: string | undefined): string | undefined {
  if (names === undefined || names === "all") return names;
  try {
    return platformsOf(names.split(","))
      .map(({ name }) => name)
      .join(",");
  } catch (error) {
    throw new StartError(`WAYBILL_PLATFORMS: ${error instanceof Error ? error.message : ""}; or all.`);
  }
}

function checked(env: NodeJS.ProcessEnv): ReturnType<typeof readSettings> {
  try {
    return readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) throw new StartError(`${error.problems.join(".\n  ")}.`);
    throw error;
  }
}
