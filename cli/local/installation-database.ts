import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Surroundings } from "@/cli/command";
import { CommandError, EXIT } from "@/cli/exit-codes";
import { DatabaseError } from "@/lib/db/database-error";
import { createPool, type Pool } from "@/lib/db/pool";

const root = path.resolve(import.meta.dirname, "../..");

/**
 * Runs `work` with the installation's database: the one the environment names, else that of the Waybill running from
 * this folder, whose note only its own user can read. Throws a CommandError that says what to do.
 */
export async function withInstallationDatabase<T>(
  { env }: Pick<Surroundings, "env">,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = createPool(await databaseAddress(env), { size: 2, applicationName: "waybill cli" });
  try {
    return await work(pool);
  } catch (error) {
    if (error instanceof DatabaseError) throw new CommandError(error.message, EXIT.unreachable);
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!/^(ECONN|ENOTFOUND|ETIMEDOUT|28|3D|57)/.test(code)) throw error;
    throw new CommandError(`the database does not let us in (${code})`, EXIT.unreachable);
  } finally {
    await pool.close();
  }
}

async function databaseAddress(env: Surroundings["env"]): Promise<string> {
  const given = env.WAYBILL_DATABASE_URL || env.DATABASE_URL;
  if (given) return given;
  const home = path.resolve(env.WAYBILL_HOME || path.join(root, ".waybill"));
  const note = await readNote(path.join(home, "running.json"));
  if (note !== undefined) return note;
  throw new CommandError(
    `no database: Waybill does not run from ${home}, and DATABASE_URL is not set. Start it, or set one of them (WAYBILL_HOME, DATABASE_URL).`,
    EXIT.unreachable,
  );
}

async function readNote(file: string): Promise<string | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(file, "utf8"));
    const url = typeof note === "object" && note !== null && "databaseUrl" in note ? note.databaseUrl : undefined;
    return typeof url === "string" ? url : undefined;
  } catch {
    return undefined;
  }
}
