import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { checkServerVersion, connect } from "@/lib/db/connect";
import { DatabaseError, describeDatabaseUrl, errorCode, firstMessage } from "@/lib/db/database-error";

/** Prisma's own lock: `prisma migrate deploy` waits for us, and we for it. */
const MIGRATION_LOCK = 72_707_369;

export interface MigrateOptions {
  /** Folder of `<name>/migration.sql`; the repository's `prisma/migrations` unless told. */
  folder?: string;
  /** SQL that is run after the migrations, every time (rights); `prisma/grants.sql` unless told, if it is there. */
  grantsFile?: string;
  /** How long to wait for another process that migrates. */
  lockTimeoutMs?: number;
}

export interface MigrateResult {
  /** Names of the migrations that this call applied, in order. */
  applied: string[];
  /** How many were there before. */
  already: number;
}

interface Migration {
  name: string;
  sql: string;
}

interface AppliedRow {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
}

/**
 * Applies the migrations that the database lacks, in order, each in a transaction of its own, and notes them in
 * `_prisma_migrations` as Prisma would, so that `prisma migrate status` agrees. Concurrent calls wait for each other.
 * Throws a DatabaseError (one line) for a changed, unknown or earlier failed migration, and when one fails; what came
 * before it stays applied.
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<MigrateResult> {
  const prismaFolder = path.join(process.cwd(), "prisma");
  const migrations = await readMigrations(options.folder ?? path.join(prismaFolder, "migrations"));
  const grantsFile = options.grantsFile ?? path.join(prismaFolder, "grants.sql");
  const client = await connect(databaseUrl, { name: "waybill migrate" });
  try {
    await checkServerVersion(client, databaseUrl);
    await lock(client, options.lockTimeoutMs ?? 60_000);
    const rows = await readHistory(client, databaseUrl);
    checkHistory(migrations, rows);
    const done = new Set(rows.map((row) => row.migration_name));
    const applied: string[] = [];
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      await apply(client, migration);
      applied.push(migration.name);
    }
    if (existsSync(grantsFile)) await runGrants(client, grantsFile);
    return { applied, already: rows.length };
  } finally {
    await client.end();
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  if (!existsSync(folder)) throw new DatabaseError(`The folder of migrations is missing: ${folder}.`);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name, "migration.sql");
      if (!existsSync(file)) throw new DatabaseError(`The migration ${name} has no migration.sql in ${folder}.`);
      return { name, sql: await readFile(file, "utf8") };
    }),
  );
}

async function lock(client: pg.Client, timeoutMs: number): Promise<void> {
  await client.query(`SET lock_timeout = ${Math.round(timeoutMs)}`);
  try {
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
  } catch (error) {
    throw new DatabaseError(
      `Another process has been migrating this database for ${Math.round(timeoutMs / 1000)} s (${firstMessage(error)}). Wait for it, then start again.`,
    );
  }
  await client.query("RESET lock_timeout");
}

async function readHistory(client: pg.Client, databaseUrl: string): Promise<AppliedRow[]> {
  try {
    await createMigrationTable(client);
    return await appliedRows(client);
  } catch (error) {
    // insufficient_privilege: from Postgres 15 on only the database's owner may make tables in the schema public.
    if (errorCode(error) !== "42501") throw error;
    throw new DatabaseError(
      `The database ${describeDatabaseUrl(databaseUrl)} does not let this user make its tables (${firstMessage(error)}). Let the user own the database, or name one that does.`,
    );
  }
}

// The columns are those of Prisma's schema engine: it reads and writes the same table.
async function createMigrationTable(client: pg.Client): Promise<void> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id varchar(36) PRIMARY KEY NOT NULL,
      checksum varchar(64) NOT NULL,
      finished_at timestamptz,
      migration_name varchar(255) NOT NULL,
      logs text,
      rolled_back_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(),
      applied_steps_count integer NOT NULL DEFAULT 0
    )`);
}

/** Rows that count: one that was marked as rolled back is history. */
async function appliedRows(client: pg.Client): Promise<AppliedRow[]> {
  const { rows } = await client.query<AppliedRow>(
    `SELECT migration_name, checksum, finished_at, rolled_back_at FROM _prisma_migrations
     WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
  );
  return rows;
}

function checkHistory(migrations: Migration[], rows: AppliedRow[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const migration = known.get(row.migration_name);
    if (row.finished_at === null) {
      throw new DatabaseError(
        `The migration ${row.migration_name} failed earlier and was left unfinished. Repair the database, mark it with "prisma migrate resolve", then start again.`,
      );
    }
    if (migration === undefined) {
      throw new DatabaseError(
        `The database has the migration ${row.migration_name}, which this version of Waybill does not know. Start the version that made it, or a newer one.`,
      );
    }
    if (!checksums(migration.sql).includes(row.checksum)) {
      throw new DatabaseError(
        `The migration ${row.migration_name} was changed after it had been applied. Restore the file; changes belong in a new migration.`,
      );
    }
  }
  const last = rows.reduce((latest, row) => (row.migration_name > latest ? row.migration_name : latest), "");
  const done = new Set(rows.map((row) => row.migration_name));
  const late = migrations.find((migration) => migration.name < last && !done.has(migration.name));
  if (late !== undefined) {
    throw new DatabaseError(
      `The migration ${late.name} is older than ${last}, which is applied already. Give it a newer name, so that every database gets the same order.`,
    );
  }
}

/** The file's checksum first, then those it has with the other line endings: a checkout may change them. */
function checksums(sql: string): [string, ...string[]] {
  const unix = sql.replaceAll("\r\n", "\n");
  return [sha256(sql), sha256(unix), sha256(unix.replaceAll("\n", "\r\n"))];
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksums(migration.sql)[0], migration.name],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw new DatabaseError(`The migration ${migration.name} failed and was undone: ${firstMessage(error)}.`);
  }
}

async function runGrants(client: pg.Client, file: string): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query(await readFile(file, "utf8"));
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw new DatabaseError(`The rights of ${path.basename(file)} could not be set: ${firstMessage(error)}.`);
  }
}
