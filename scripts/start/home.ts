import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { access, constants, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { endProcess, identifyProcess, isRunning, type ProcessIdentity } from "@/lib/db/embedded/process-identity";
import { claimFolder } from "./claim-folder";
import { StartError } from "./start-error";

/** What `running.json` in Waybill's folder tells other programs, and the next start, while Waybill runs. */
export interface RunningNote {
  owner: ProcessIdentity;
  /** True once everything answers. */
  ready: boolean;
  url: string;
  workerUrl: string | undefined;
  /** The application's database address, with its password: the file is for its owner only. */
  databaseUrl: string | undefined;
  /** What the sandbox printed: its addresses. */
  sandbox: unknown;
  children: { name: string; process: ProcessIdentity }[];
}

/** Waybill's own folder, `.waybill` unless WAYBILL_HOME names another: data, secret, logs, and who runs. */
export class Home {
  private note: RunningNote | undefined;
  private writing: Promise<void> = Promise.resolve();

  private constructor(readonly folder: string) {}

  /** Makes the folder if needed. Throws a StartError where it cannot be written. */
  static async open(folder: string): Promise<Home> {
    try {
      // Passable for others: root lends the database to another user. What is secret is in files of mode 0600.
      await mkdir(path.join(folder, "logs"), { recursive: true, mode: 0o755 });
      await access(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      const said = error instanceof Error ? error.message.replace(/, .*$/, "") : String(error);
      throw new StartError(
        `the folder ${folder} cannot be written (${said}). Give this user the right to it, or name another: WAYBILL_HOME=/path npm start`,
      );
    }
    return new Home(folder);
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /**
   * Takes the folder for this process, and ends what an earlier start left running when it was killed; answers their
   * names. Throws a StartError if another start is alive.
   */
  async take(note: Omit<RunningNote, "owner" | "ready" | "children">): Promise<string[]> {
    const ended: string[] = [];
    // Before anything of an earlier start is ended: another start, a moment ahead, may have ended it and begun anew.
    const other = await claimFolder(this.folder);
    const before = await readRunningNote(this.folder);
    if (other !== undefined) throw runsAlready(other, before);
    if (before !== undefined) {
      if (isRunning(before.owner) && before.owner.pid !== process.pid) throw runsAlready(before.owner, before);
      for (const child of before.children.toReversed()) {
        if (!isRunning(child.process)) continue;
        // Postgres takes SIGTERM for "when everybody has left".
        await endProcess(child.process, child.name === "database" ? "SIGINT" : "SIGTERM", 10_000);
        ended.push(child.name);
      }
    }
    const owner = identifyProcess(process.pid) ?? { pid: process.pid, startedAt: "" };
    this.note = { ...note, owner, ready: false, children: [] };
    await this.write();
    return ended;
  }

  /** Notes a process that the next start must end, should this one be killed. */
  async noteChild(name: string, process: ProcessIdentity): Promise<void> {
    if (this.note === undefined) return;
    this.note.children = [...this.note.children.filter((child) => child.name !== name), { name, process }];
    await this.write();
  }

  async update(change: Partial<Omit<RunningNote, "owner" | "children">>): Promise<void> {
    if (this.note === undefined) return;
    Object.assign(this.note, change);
    await this.write();
  }

  /** Gives the folder back; everything that was noted has ended. */
  async release(): Promise<void> {
    if (this.note === undefined) return;
    this.note = undefined;
    await this.writing;
    await rm(noteFile(this.folder), { force: true });
  }

  /** A secret that is made at the first use and kept, readable by its owner only. */
  async secret(name: string): Promise<string> {
    const file = this.path(name);
    if (!existsSync(file)) {
      await writeFile(file, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    }
    const text = (await readFile(file, "utf8")).trim();
    if (text.length < 32) throw new StartError(`the secret in ${file} is too short. Remove the file to get a new one.`);
    return text;
  }

  private write(): Promise<void> {
    this.writing = this.writing.then(async () => {
      if (this.note === undefined) return;
      const file = noteFile(this.folder);
      await writeFile(`${file}.new`, JSON.stringify(this.note, undefined, 2), { mode: 0o600 });
      await rename(`${file}.new`, file);
    });
    return this.writing;
  }
}

function runsAlready(owner: ProcessIdentity, note: RunningNote | undefined): StartError {
  const where =
    note !== undefined && note.owner.pid === owner.pid ? `it runs already, at ${note.url}` : "it is being started";
  return new StartError(
    `${where} (process ${owner.pid}). Stop that one first, or give this one a folder and a port of its own: WAYBILL_HOME=/path PORT=3001 npm start`,
  );
}

/** What runs in this folder, or ran when it was killed; undefined after an orderly end. */
export async function readRunningNote(folder: string): Promise<RunningNote | undefined> {
  try {
    return JSON.parse(await readFile(noteFile(folder), "utf8")) as RunningNote;
  } catch {
    return undefined;
  }
}

function noteFile(folder: string): string {
  return path.join(folder, "running.json");
}
