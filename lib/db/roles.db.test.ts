import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { connect } from "@/lib/db/connect";
import { withUser } from "@/lib/db/database-error";
import { prepareDatabase } from "@/lib/db/prepare";
import { appRolePassword, roleSeparation } from "@/lib/db/roles";
import { createEmptyTestDatabase, createTestDatabase, type TestDatabase } from "@/lib/db/test-database";

let database: TestDatabase;

afterEach(async () => {
  await database.close();
});

async function ask<Row>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = await connect(url);
  try {
    return (await client.query(sql, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

async function triggersOff(url: string): Promise<string> {
  return await ask(url, "BEGIN; ALTER TABLE ledger_entry DISABLE TRIGGER ALL; ROLLBACK").then(
    () => "allowed",
    (error: Error) => error.message,
  );
}

describe("a database prepared with the right to create roles", () => {
  beforeEach(async () => {
    database = await createTestDatabase();
  });

  test("gives the application a role that can neither create roles nor change the ledger", async () => {
    const [role] = await ask(
      database.url,
      "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user",
    );
    expect(role).toEqual({
      rolname: "waybill_app",
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolbypassrls: false,
    });
    const [rights] = await ask(
      database.url,
      `SELECT has_table_privilege('ledger_entry', 'SELECT') AND has_table_privilege('ledger_entry', 'INSERT') AS writes,
         has_table_privilege('ledger_entry', 'UPDATE') OR has_table_privilege('ledger_entry', 'DELETE')
           OR has_table_privilege('ledger_entry', 'TRUNCATE') AS changes`,
    );
    expect(rights).toEqual({ writes: true, changes: false });
  });

  test("leaves the migration user without the ledger owner's rights", async () => {
    await expect(ask(database.ownerUrl, "ALTER TABLE ledger_entry DISABLE TRIGGER ALL")).rejects.toThrow(
      /must be owner of table ledger_entry/,
    );
    await expect(ask(database.ownerUrl, "SET ROLE waybill_owner")).rejects.toThrow(/permission denied to set role/);
  });

  test("lets the application make no table of its own", async () => {
    await expect(ask(database.url, "CREATE TABLE public.probe (id integer)")).rejects.toThrow(/permission denied/);
  });

  test("stores the password only as a verifier", async () => {
    const [row] = await ask<{ rolpassword: string }>(
      database.superuserUrl,
      "SELECT rolpassword FROM pg_authid WHERE rolname = 'waybill_app'",
    );
    expect(row?.rolpassword).toMatch(/^SCRAM-SHA-256\$4096:/);
  });
});

describe("a database whose user may not create roles", () => {
  const user = `plain_${randomBytes(6).toString("hex")}`;
  let folder: string;
  let plainUrl: string;

  beforeEach(async () => {
    database = await createEmptyTestDatabase();
    folder = await mkdtemp(path.join(tmpdir(), "migrations-"));
    await mkdir(path.join(folder, "20260101_first"));
    await writeFile(path.join(folder, "20260101_first", "migration.sql"), "CREATE TABLE parcel (id integer);");
    await ask(database.superuserUrl, `CREATE ROLE ${user} LOGIN PASSWORD 'plain'`);
    await ask(database.superuserUrl, `ALTER DATABASE ${database.name} OWNER TO ${user}`);
    plainUrl = withUser(database.superuserUrl, user, "plain");
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
    await database.close();
    await ask(inject("testServer").superuserUrl, `DROP ROLE ${user}`);
  });

  test("is migrated all the same, and says why there is no separate role", async () => {
    const prepared = await prepareDatabase({ ownerUrl: plainUrl, appPassword: "another", folder });
    expect(prepared).toEqual({
      applied: ["20260101_first"],
      already: 0,
      separateRole: false,
      reason: expect.stringContaining("may not create roles"),
      url: plainUrl,
    });
    expect(await ask(plainUrl, "SELECT count(*)::int AS parcels FROM parcel")).toEqual([{ parcels: 0 }]);
  });

  test("gets its separate role as soon as an administrator lends a hand", async () => {
    const before = await prepareDatabase({ ownerUrl: plainUrl, appPassword: "not-the-password" });
    expect(before.separateRole).toBe(false);
    expect(await triggersOff(plainUrl)).toBe("allowed");
    const after = await prepareDatabase({
      ownerUrl: plainUrl,
      adminUrl: database.superuserUrl,
      appPassword: inject("testServer").appPassword,
    });
    expect(after).toMatchObject({ applied: [], separateRole: true, url: expect.stringContaining("waybill_app") });
    expect(await triggersOff(plainUrl)).toMatch(/must be owner/);
  });

  test("uses the application role that an administrator made", async () => {
    const migrated = await createTestDatabase();
    try {
      const { url, ownerUrl } = migrated;
      expect(await prepareDatabase({ ownerUrl, appPassword: "unused", appUrl: url })).toMatchObject({
        separateRole: true,
        url,
      });
      const asOwner = await prepareDatabase({ ownerUrl, appPassword: "unused", appUrl: ownerUrl });
      expect(asOwner).toMatchObject({ separateRole: false, reason: expect.stringContaining("owns the table") });
    } finally {
      await migrated.close();
    }
  });
});

describe("what the settings page is told", () => {
  beforeEach(async () => {
    database = await createEmptyTestDatabase();
  });

  test.each([
    ["", { separateRole: true }],
    ["no right", { separateRole: false, reason: "no right" }],
  ])("%o", (value, expected) => {
    const before = process.env.WAYBILL_ROLE_SEPARATION;
    process.env.WAYBILL_ROLE_SEPARATION = value;
    try {
      expect(roleSeparation()).toEqual(expected);
    } finally {
      if (before === undefined) delete process.env.WAYBILL_ROLE_SEPARATION;
      else process.env.WAYBILL_ROLE_SEPARATION = before;
    }
  });

  test("the password is the same for the same secret, and another for another", () => {
    expect(appRolePassword("one")).toBe(appRolePassword("one"));
    expect(appRolePassword("one")).not.toBe(appRolePassword("two"));
    expect(appRolePassword("one")).toMatch(/^[\w-]{43}$/);
  });
});
