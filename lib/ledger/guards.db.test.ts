import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "@/lib/db/connect";
import { errorCode, withDatabase, withUser } from "@/lib/db/database-error";
import { type PostgresServer, startPostgres } from "@/lib/db/embedded/postgres";
import { createPool } from "@/lib/db/pool";
import { type Prepared, prepareDatabase } from "@/lib/db/prepare";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { exportLedger } from "@/lib/ledger/export";
import { loadHead } from "@/lib/ledger/load";
import { verifyLines } from "@/lib/ledger/verify";

const DENIED = "42501";
const REFUSED = "23001";
const TAKEN = "23505";

/** A row like the first entry's, with other content. */
const FORGED = `SELECT project, seq, at, 'forged', actor, promotion, service, environment, release, data, prev, hash
  FROM ledger_entry WHERE seq = 1`;

/** Ways to change what was written, with the rights of somebody who may insert and select. */
const CHANGES: [string, string][] = [
  ["UPDATE", "UPDATE ledger_entry SET kind = 'forged'"],
  ["UPDATE of one column", "UPDATE ledger_entry SET data = '{}' WHERE seq = 1"],
  ["UPDATE that changes nothing", "UPDATE ledger_entry SET seq = seq"],
  ["DELETE", "DELETE FROM ledger_entry WHERE seq = 2"],
  ["DELETE USING", "DELETE FROM ledger_entry e USING ledger_head h WHERE h.project = e.project"],
  ["TRUNCATE", "TRUNCATE ledger_entry"],
  ["TRUNCATE CASCADE", "TRUNCATE ledger_head, ledger_entry CASCADE"],
  [
    "ON CONFLICT DO UPDATE",
    `INSERT INTO ledger_entry ${FORGED} ON CONFLICT (project, seq) DO UPDATE SET kind = excluded.kind`,
  ],
  ["UPDATE in a CTE", "WITH changed AS (UPDATE ledger_entry SET kind = 'forged' RETURNING seq) SELECT * FROM changed"],
  [
    "DELETE in a CTE",
    "WITH gone AS (DELETE FROM ledger_entry RETURNING *) INSERT INTO ledger_entry SELECT * FROM gone",
  ],
  [
    "MERGE that updates",
    `MERGE INTO ledger_entry e USING (${FORGED}) f ON e.project = f.project AND e.seq = f.seq
       WHEN MATCHED THEN UPDATE SET kind = 'forged'`,
  ],
  ["MERGE that deletes", `MERGE INTO ledger_entry e USING (${FORGED}) f ON e.seq = f.seq WHEN MATCHED THEN DELETE`],
  ["UPDATE in a DO block", "DO $$ BEGIN UPDATE ledger_entry SET kind = 'forged'; END $$"],
  ["UPDATE through a view", "CREATE TEMP VIEW v AS SELECT * FROM ledger_entry; UPDATE v SET kind = 'forged'"],
  [
    "UPDATE through a function",
    "CREATE FUNCTION pg_temp.f() RETURNS void LANGUAGE sql AS 'DELETE FROM ledger_entry'; SELECT pg_temp.f()",
  ],
];

/** Ways to take the guards away, or to put something else in the table's place. */
const UNGUARDINGS: [string, string][] = [
  ["DISABLE TRIGGER", "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_no_change"],
  ["DISABLE TRIGGER ALL", "ALTER TABLE ledger_entry DISABLE TRIGGER ALL"],
  ["ENABLE REPLICA TRIGGER", "ALTER TABLE ledger_entry ENABLE REPLICA TRIGGER ledger_entry_no_change"],
  ["DROP TRIGGER", "DROP TRIGGER ledger_entry_no_change ON ledger_entry"],
  [
    "a trigger of one's own",
    "CREATE TRIGGER a BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
  ],
  ["a rule", "CREATE RULE r AS ON INSERT TO ledger_entry DO INSTEAD NOTHING"],
  ["row security", "ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY"],
  ["a child table", "CREATE TABLE child () INHERITS (ledger_entry)"],
  ["a column", "ALTER TABLE ledger_entry ADD COLUMN extra text"],
  ["a column's type", "ALTER TABLE ledger_entry ALTER COLUMN kind TYPE text USING 'forged'"],
  ["a column dropped", "ALTER TABLE ledger_entry DROP COLUMN hash"],
  ["another name", "ALTER TABLE ledger_entry RENAME TO elsewhere"],
  ["another schema", "ALTER TABLE ledger_entry SET SCHEMA pg_temp"],
  ["another owner", "ALTER TABLE ledger_entry OWNER TO CURRENT_USER"],
  ["DROP TABLE", "DROP TABLE ledger_entry"],
  ["DROP SCHEMA", "DROP SCHEMA public CASCADE"],
  ["RENAME SCHEMA", "ALTER SCHEMA public RENAME TO elsewhere"],
  [
    "the function replaced",
    "CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
  ],
  ["the function dropped", "DROP FUNCTION ledger_is_append_only() CASCADE"],
  ["the function altered", "ALTER FUNCTION ledger_is_append_only() RENAME TO elsewhere"],
  ["SET ROLE", "SET ROLE waybill_owner"],
  ["SET SESSION AUTHORIZATION", "SET SESSION AUTHORIZATION waybill_owner"],
  ["REASSIGN OWNED", "REASSIGN OWNED BY waybill_owner TO CURRENT_USER"],
  ["DROP OWNED", "DROP OWNED BY waybill_owner"],
  ["session_replication_role", "SET session_replication_role = replica"],
];

/** Ways to get the rights from somebody. */
const RIGHTS: [string, string][] = [
  [
    "GRANT to oneself",
    "GRANT UPDATE, DELETE, TRUNCATE ON ledger_entry TO CURRENT_USER; UPDATE ledger_entry SET kind = 'forged'",
  ],
  ["membership of the owner", "GRANT waybill_owner TO CURRENT_USER"],
  ["a password for the owner", "ALTER ROLE waybill_owner LOGIN PASSWORD 'known'"],
];

async function attempt(url: string, statement: string): Promise<string> {
  const client = await connect(url, { name: "waybill test" });
  try {
    await client.query(statement);
    return "done";
  } catch (error) {
    return errorCode(error) ?? String(error);
  } finally {
    await client.end();
  }
}

async function rowsOf<Row>(url: string, statement: string): Promise<Row[]> {
  const client = await connect(url, { name: "waybill test" });
  try {
    return (await client.query(statement)).rows as Row[];
  } finally {
    await client.end();
  }
}

async function appendThree(url: string): Promise<void> {
  const pool = createPool(url, { size: 1 });
  try {
    await inLedgerTransaction(pool, "veza", (tx) =>
      tx.append(
        ["one", "two", "three"].map((why) => ({
          kind: "environment.released" as const,
          data: { id: `veza:staging:${why}`, why },
          at: "2026-11-21T09:30:00.000Z",
          actor: { kind: "system" as const, name: "start" as const },
          subject: { environment: "staging" },
        })),
      ),
    );
  } finally {
    await pool.close();
  }
}

/** The ledger is what was written, and its guards stand. Read as a superuser, whom no guard keeps from looking. */
async function expectUntouched(superuserUrl: string): Promise<void> {
  const pool = createPool(superuserUrl, { size: 1 });
  try {
    const head = await loadHead(pool, "veza");
    expect(await verifyLines(exportLedger(pool, "veza"), { head })).toMatchObject({ kind: "intact", entries: 3 });
  } finally {
    await pool.close();
  }
  expect(
    await rowsOf(
      superuserUrl,
      "SELECT tgname AS name, tgenabled AS enabled FROM pg_trigger WHERE tgrelid = 'ledger_entry'::regclass ORDER BY 1",
    ),
  ).toEqual([
    { name: "ledger_entry_no_change", enabled: "A" },
    { name: "ledger_entry_no_truncate", enabled: "A" },
  ]);
}

describe("with a migration user that may not create roles, as npm start has it", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await appendThree(database.url);
  });
  afterAll(async () => {
    await expectUntouched(database.superuserUrl);
    await database.close();
  });

  test.each([...CHANGES, ...UNGUARDINGS, ...RIGHTS])("the application is denied: %s", async (_, statement) => {
    expect(await attempt(database.url, statement)).toBe(DENIED);
  });

  test.each([...CHANGES, ...UNGUARDINGS, ...RIGHTS])("the migration user is denied: %s", async (_, statement) => {
    expect(await attempt(database.ownerUrl, statement)).toBe(DENIED);
  });

  test.each(CHANGES)("even a superuser is refused: %s", async (_, statement) => {
    expect(await attempt(database.superuserUrl, statement)).toBe(REFUSED);
    expect(await attempt(database.superuserUrl, `SET session_replication_role = replica; ${statement}`)).toBe(REFUSED);
  });

  test("the application cannot give a number a second time", async () => {
    expect(await attempt(database.url, `INSERT INTO ledger_entry ${FORGED}`)).toBe(TAKEN);
  });

  test("the catalogue grants the application to insert and to select, nobody else anything, and the owner is no one", async () => {
    expect(
      await rowsOf(
        database.superuserUrl,
        `SELECT grantee::regrole::text AS grantee, string_agg(privilege_type, ' ' ORDER BY privilege_type) AS rights,
           bool_or(is_grantable) AS passes_on
         FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) WHERE c.oid = 'ledger_entry'::regclass
           AND grantee <> c.relowner GROUP BY 1`,
      ),
    ).toEqual([{ grantee: "waybill_app", rights: "INSERT SELECT", passes_on: false }]);
    expect(
      await rowsOf(
        database.superuserUrl,
        `SELECT table_name AS "table", string_agg(privilege_type, ' ' ORDER BY privilege_type) AS rights
         FROM information_schema.role_table_grants WHERE grantee = 'waybill_app' AND table_schema = 'public'
           AND table_name IN ('ledger_entry', 'ledger_head', 'project_file') GROUP BY 1 ORDER BY 1`,
      ),
    ).toEqual([
      { table: "ledger_entry", rights: "INSERT SELECT" },
      { table: "ledger_head", rights: "INSERT SELECT UPDATE" },
      { table: "project_file", rights: "INSERT SELECT" },
    ]);
    expect(
      await rowsOf(
        database.superuserUrl,
        `SELECT DISTINCT a.attname FROM pg_attribute a WHERE a.attrelid = 'ledger_entry'::regclass AND a.attacl IS NOT NULL`,
      ),
    ).toEqual([]);
    expect(
      await rowsOf(
        database.superuserUrl,
        `SELECT (SELECT relowner::regrole::text FROM pg_class WHERE oid = 'ledger_entry'::regclass) AS "table",
           (SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'ledger_is_append_only') AS function,
           (SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public') AS schema,
           (SELECT rolcanlogin FROM pg_roles WHERE rolname = 'waybill_owner') AS login,
           -- Roles are the server's: roles.db.test.ts lends it to a user of its own (plain_…) at the same time.
           (SELECT count(*)::int FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
             WHERE r.rolname = 'waybill_owner' AND (m.inherit_option OR m.set_option)
               AND m.member::regrole::text NOT LIKE 'plain\\_%') AS members`,
      ),
    ).toEqual([
      { table: "waybill_owner", function: "waybill_owner", schema: "waybill_owner", login: false, members: 0 },
    ]);
  });
});

describe("on a server whose users prepare the database themselves", () => {
  let server: PostgresServer;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "waybill-guards-"));
    await chmod(folder, 0o755);
    await mkdir(path.join(folder, "data"));
    server = await startPostgres({
      dataFolder: path.join(folder, "data"),
      logFile: path.join(folder, "postgres.log"),
      password: randomBytes(24).toString("base64url"),
      settings: ["fsync=off"],
    });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function prepareAs(
    user: string,
    rights: string,
  ): Promise<Prepared & { ownerUrl: string; superuserUrl: string }> {
    await attempt(server.superuserUrl, `CREATE ROLE ${user} LOGIN ${rights} PASSWORD 'known'`);
    await attempt(server.superuserUrl, `CREATE DATABASE ${user} OWNER ${user}`);
    const superuserUrl = withDatabase(server.superuserUrl, user);
    const ownerUrl = withUser(superuserUrl, user, "known");
    const prepared = await prepareDatabase({ ownerUrl, appPassword: "of-the-application" });
    return { ...prepared, ownerUrl, superuserUrl };
  }

  // First: roles are the server's, and this is what a server without Waybill's roles does.
  test("where none may create roles, the triggers hold, and it is said that they are all there is", async () => {
    const prepared = await prepareAs("plain", "NOCREATEROLE");
    expect(prepared).toMatchObject({ separateRole: false, reason: expect.stringContaining("may not create roles") });
    expect(prepared.url).toBe(prepared.ownerUrl);
    await appendThree(prepared.url);
    for (const [name, statement] of CHANGES) {
      expect.soft(await attempt(prepared.url, statement), name).toBe(REFUSED);
    }
    expect(await attempt(prepared.url, "SET session_replication_role = replica")).toBe(DENIED);
    await expectUntouched(prepared.superuserUrl);
    // What the triggers cannot hold: the owner of the table may take them away. That is why the start says so.
    expect(await attempt(prepared.url, "BEGIN; ALTER TABLE ledger_entry DISABLE TRIGGER ALL; ROLLBACK")).toBe("done");
  });

  test("where the migration user may create roles, it gives the ledger away and keeps no right to it", async () => {
    const prepared = await prepareAs("creator", "CREATEROLE");
    expect(prepared.separateRole).toBe(true);
    expect(prepared.url).toContain("waybill_app");
    await appendThree(prepared.url);
    for (const [name, statement] of [...CHANGES, ...UNGUARDINGS]) {
      expect.soft(await attempt(prepared.url, statement), `application: ${name}`).toBe(DENIED);
      expect.soft(await attempt(prepared.ownerUrl, statement), `migration user: ${name}`).toBe(DENIED);
    }
    for (const [name, statement] of RIGHTS) {
      expect.soft(await attempt(prepared.url, statement), `application: ${name}`).toBe(DENIED);
    }
    // A second start finds everything done, and takes nothing back.
    const again = await prepareDatabase({ ownerUrl: prepared.ownerUrl, appPassword: "of-the-application" });
    expect(again).toMatchObject({ applied: [], separateRole: true, url: prepared.url });
    expect(await attempt(prepared.ownerUrl, "ALTER TABLE ledger_entry DISABLE TRIGGER ALL")).toBe(DENIED);
    await expectUntouched(prepared.superuserUrl);
    // Postgres lets who made a role grant it: by that, and by nothing less, this user gets at the ledger again.
    expect(
      await attempt(
        prepared.ownerUrl,
        "BEGIN; GRANT waybill_owner TO creator; ALTER TABLE ledger_entry DISABLE TRIGGER ALL; ROLLBACK",
      ),
    ).toBe("done");
    await expectUntouched(prepared.superuserUrl);
  });
});

describe("one active rollout", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  const rollout = (promotion: string, service: string, environment: string, active: boolean) =>
    `INSERT INTO rollout (promotion, service, project, environment, active, phase, to_digest)
     VALUES ('${promotion}', '${service}', 'veza', '${environment}', ${active}, 'rollingOut', 'sha256:${"a".repeat(64)}')`;

  test("of a service in an environment: the database refuses a second one", async () => {
    expect(await attempt(database.url, rollout("veza-1", "api", "staging", true))).toBe("done");
    expect(await attempt(database.url, rollout("veza-2", "api", "staging", true))).toBe(TAKEN);
    expect(await attempt(database.url, rollout("veza-2", "api", "staging", false))).toBe("done");
    expect(await attempt(database.url, "UPDATE rollout SET active = true WHERE promotion = 'veza-2'")).toBe(TAKEN);
    expect(await attempt(database.url, rollout("veza-3", "web", "staging", true))).toBe("done");
    expect(await attempt(database.url, rollout("veza-4", "api", "production", true))).toBe("done");
    expect(await attempt(database.url, "UPDATE rollout SET active = false WHERE promotion = 'veza-1'")).toBe("done");
    expect(await attempt(database.url, "UPDATE rollout SET active = true WHERE promotion = 'veza-2'")).toBe("done");
  });

  test("also of two that start at the same moment: the second waits for the first, and is refused", async () => {
    const first = await connect(database.url);
    const second = await connect(database.url);
    try {
      await first.query("BEGIN");
      await first.query(rollout("veza-5", "worker", "staging", true));
      const waiting = second.query(rollout("veza-6", "worker", "staging", true)).catch(errorCode);
      await first.query("COMMIT");
      expect(await waiting).toBe(TAKEN);
    } finally {
      await first.end();
      await second.end();
    }
  });
});
