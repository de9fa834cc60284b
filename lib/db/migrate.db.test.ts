import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect } from "@/lib/db/connect";
import { DatabaseError } from "@/lib/db/database-error";
import { migrate } from "@/lib/db/migrate";
import { createEmptyTestDatabase, type TestDatabase } from "@/lib/db/test-database";

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createEmptyTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), "migrations-"));
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

async function writeMigration(name: string, sql: string): Promise<void> {
  await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, name, "migration.sql"), sql);
}

const run = (options: { lockTimeoutMs?: number } = {}) =>
  migrate(database.ownerUrl, { folder, grantsFile: path.join(folder, "none.sql"), ...options });

async function query<Row>(sql: string): Promise<Row[]> {
  const client = await connect(database.superuserUrl);
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

describe("migrate", () => {
  test("applies what is missing, in the order of the names, and nothing twice", async () => {
    await writeMigration("20260102_second", "ALTER TABLE parcel ADD COLUMN weight integer;");
    await writeMigration(
      "20260101_first",
      "CREATE TABLE parcel (id integer PRIMARY KEY);\nINSERT INTO parcel VALUES (1);",
    );
    expect(await run()).toEqual({ applied: ["20260101_first", "20260102_second"], already: 0 });
    expect(await run()).toEqual({ applied: [], already: 2 });
    await writeMigration("20260103_third", "INSERT INTO parcel VALUES (2, 5);");
    expect(await run()).toEqual({ applied: ["20260103_third"], already: 2 });
    expect(await query("SELECT id, weight FROM parcel ORDER BY id")).toEqual([
      { id: 1, weight: null },
      { id: 2, weight: 5 },
    ]);
  });

  test("notes each migration as Prisma does", async () => {
    await writeMigration("20260101_first", "SELECT 1;");
    await run();
    const [row] = await query<Record<string, unknown>>("SELECT * FROM _prisma_migrations");
    // printf 'SELECT 1;' | sha256sum
    expect(row?.checksum).toBe("17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a");
    expect(row).toMatchObject({
      migration_name: "20260101_first",
      applied_steps_count: 1,
      logs: null,
      rolled_back_at: null,
    });
    expect(row?.finished_at).toBeInstanceOf(Date);
  });

  test("refuses a migration that was changed after it had been applied", async () => {
    await writeMigration("20260101_first", "CREATE TABLE parcel (id integer);");
    await run();
    await writeMigration("20260101_first", "CREATE TABLE parcel (id bigint);");
    await expect(run()).rejects.toThrow("The migration 20260101_first was changed after it had been applied.");
  });

  test("takes other line endings for the same file", async () => {
    await writeMigration("20260101_first", "CREATE TABLE parcel (\n  id integer\n);\n");
    await run();
    await writeMigration("20260101_first", "CREATE TABLE parcel (\r\n  id integer\r\n);\r\n");
    expect(await run()).toEqual({ applied: [], already: 1 });
  });

  test("undoes a migration that fails halfway, keeps those before it and goes on once it is mended", async () => {
    await writeMigration("20260101_first", "CREATE TABLE parcel (id integer);");
    await writeMigration("20260102_second", "CREATE TABLE crate (id integer);\nSELECT no_such_function();");
    await expect(run()).rejects.toThrow(/The migration 20260102_second failed and was undone: .*no_such_function/);
    expect(await query("SELECT to_regclass('crate') AS crate")).toEqual([{ crate: null }]);
    await writeMigration("20260102_second", "CREATE TABLE crate (id integer);");
    expect(await run()).toEqual({ applied: ["20260102_second"], already: 1 });
  });

  test("stops at a migration that another tool left unfinished", async () => {
    await writeMigration("20260101_first", "CREATE TABLE parcel (id integer);");
    await run();
    await query("UPDATE _prisma_migrations SET finished_at = NULL");
    await expect(run()).rejects.toThrow("The migration 20260101_first failed earlier and was left unfinished.");
  });

  test("stops at a database that a newer version has migrated", async () => {
    await writeMigration("20260101_first", "CREATE TABLE parcel (id integer);");
    await run();
    await rm(path.join(folder, "20260101_first"), { recursive: true });
    await expect(run()).rejects.toThrow(
      /has the migration 20260101_first, which this version of Waybill does not know/,
    );
  });

  test("stops at a migration that was slipped in before one that is applied", async () => {
    await writeMigration("20260102_second", "CREATE TABLE parcel (id integer);");
    await run();
    await writeMigration("20260101_first", "CREATE TABLE crate (id integer);");
    await expect(run()).rejects.toThrow(/20260101_first is older than 20260102_second/);
  });

  test("lets only one of several at the same time apply them", async () => {
    await writeMigration("20260101_first", "CREATE TABLE parcel (id integer);");
    await writeMigration("20260102_second", "CREATE TABLE crate (id integer);");
    const results = await Promise.all([run(), run(), run(), run()]);
    expect(results.map((result) => result.applied.length).sort()).toEqual([0, 0, 0, 2]);
  });

  test("says so when another process holds the lock for too long", async () => {
    await writeMigration("20260101_first", "CREATE TABLE parcel (id integer);");
    const other = await connect(database.ownerUrl);
    try {
      await other.query("SELECT pg_advisory_lock(72707369)");
      await expect(run({ lockTimeoutMs: 100 })).rejects.toThrow("Another process has been migrating this database");
    } finally {
      await other.end();
    }
  });

  test("runs the rights after the migrations, every time", async () => {
    await writeMigration("20260101_first", "CREATE TABLE parcel (id integer);");
    const grantsFile = path.join(folder, "grants.sql");
    await writeFile(grantsFile, "INSERT INTO parcel SELECT count(*) FROM parcel;");
    await migrate(database.ownerUrl, { folder, grantsFile });
    await migrate(database.ownerUrl, { folder, grantsFile });
    expect(await query("SELECT id FROM parcel ORDER BY id")).toEqual([{ id: 0 }, { id: 1 }]);
  });
});

describe("the address", () => {
  test.each([
    ["postgres on a shelf", "The database's address is not a valid URL."],
    ["mysql://root@127.0.0.1/db", 'begins with "mysql://"'],
  ])("%s is refused before anything is tried", async (url, message) => {
    await expect(migrate(url, { folder })).rejects.toThrow(message);
  });

  test("a wrong password is said without showing it", async () => {
    const url = database.ownerUrl.replace(/:[^:@]+@/, ":not-the-password@");
    const failure = await migrate(url, { folder }).catch((error: unknown) => error);
    expect(String(failure)).toContain("refuses the user");
    expect(String(failure)).not.toContain("not-the-password");
  });

  test("a user who may not make tables there is told what to do", async () => {
    const guest = database.url;
    await writeMigration("20260101000000_a", "CREATE TABLE a (id int)");
    const failure = await migrate(guest, { folder }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DatabaseError);
    expect(String(failure)).toMatch(
      /does not let this user make its tables \(permission denied for schema public\)\. Let the user own the database/,
    );
    expect(String(failure)).not.toContain(decodeURIComponent(new URL(guest).password));
    expect(await query("SELECT 1 FROM pg_class WHERE relname = '_prisma_migrations'")).toEqual([]);
  });

  test("a database that is not there is named", async () => {
    const url = database.ownerUrl.replace(database.name, "nowhere");
    await expect(migrate(url, { folder })).rejects.toThrow(/\/nowhere does not exist/);
  });
});
