import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "@/lib/db/connect";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createEmptyTestDatabase, type TestDatabase } from "@/lib/db/test-database";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createEmptyTestDatabase();
  pool = createPool(database.ownerUrl, { size: 1 });
});

afterAll(async () => {
  await pool?.close();
  await database?.close();
});

/** Ends a connection from outside, as a restart of Postgres does, and resolves when it is gone. */
async function end(pid: number): Promise<void> {
  const client = await connect(database.superuserUrl);
  try {
    await client.query("SELECT pg_terminate_backend($1)", [pid]);
    const left = () => client.query("SELECT FROM pg_stat_activity WHERE pid = $1", [pid]);
    while ((await left()).rowCount !== 0);
  } finally {
    await client.end();
  }
}

// Nobody waits at that moment who could be told: an error that nobody hears would end the process, and fail this run.
test("a transaction whose connection drops between two statements fails with the next one, and others go on", async () => {
  const lost = pool.transaction(async (tx) => {
    const [row] = await tx.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await end(row?.pid ?? 0);
    await tx.query(sql`select 1`);
  });
  await expect(lost).rejects.toThrow(/connection|terminat/i);
  expect(await pool.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});
