import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { createDatabase } from "@/lib/db/client";
import { connect } from "@/lib/db/connect";
import { withDatabase } from "@/lib/db/database-error";
import { MIGRATION_ROLE } from "@/lib/db/embedded/waybill-database";
import type { PrismaClient } from "@/lib/db/generated/client";

/** A database of one test file's own. */
export interface TestDatabase {
  name: string;
  /** As the application: may insert into and read the ledger. */
  url: string;
  /** As the user that migrates and owns the tables, but the ledger's. */
  ownerUrl: string;
  /** As the server's superuser, for what no role of Waybill may do. */
  superuserUrl: string;
  /** As the application. */
  db: PrismaClient;
  /** Ends every session on it and drops it. */
  close(): Promise<void>;
}

/** A migrated database, cloned in well under a second. Only in `*.db.test.ts`, which get a server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return await create(`TEMPLATE ${inject("testServer").template}`);
}

/** A database without any table, for tests of the migrations themselves. */
export async function createEmptyTestDatabase(): Promise<TestDatabase> {
  return await create("");
}

async function create(source: string): Promise<TestDatabase> {
  const server = inject("testServer");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await asSuperuser(`CREATE DATABASE ${name} OWNER ${MIGRATION_ROLE} ${source}`);
  const url = withDatabase(server.url, name);
  const db = createDatabase(url, { poolSize: 10, applicationName: "waybill test" });
  return {
    name,
    url,
    ownerUrl: withDatabase(server.ownerUrl, name),
    superuserUrl: withDatabase(server.superuserUrl, name),
    db,
    close: async () => {
      await db.$disconnect();
      await asSuperuser(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function asSuperuser(statement: string): Promise<void> {
  // The copying of another test's database may keep a loaded machine from answering for a while.
  const client = await connect(inject("testServer").superuserUrl, { name: "waybill test", timeoutMs: 120_000 });
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
