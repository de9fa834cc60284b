import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "@/lib/db/connect";
import { createPool, type Pool } from "@/lib/db/pool";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { checkChain } from "@/lib/ledger/check-chain";
import type { Entry } from "@/lib/pipeline/promotion/entry";

let database: TestDatabase;
let pool: Pool;
const now = "2026-03-01T10:00:00.000Z";

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool.close();
  await database.close();
});

function append(count: number): Promise<unknown> {
  const entry: Entry = {
    kind: "environment.released",
    data: { id: "h", why: "done" },
    at: now,
    actor: { kind: "system", name: "worker" },
    subject: { environment: "staging" },
  };
  return inLedgerTransaction(pool, "demo", (tx) => tx.append(Array.from({ length: count }, () => entry)));
}

it("walks on from where it ended, and names the entry that somebody with a superuser's rights changed", async () => {
  await append(3);
  expect(await checkChain(pool, "demo", now)).toMatchObject({ seq: 3, finding: null });
  await append(2);
  expect(await checkChain(pool, "demo", now)).toMatchObject({ seq: 5, finding: null });

  const superuser = await connect(database.superuserUrl, { name: "forger" });
  await superuser.query("alter table ledger_entry disable trigger all");
  await superuser.query(
    `update ledger_entry set data = '{"id":"h","why":"forged"}' where project = 'demo' and seq = 2`,
  );
  await superuser.end();
  expect(await checkChain(pool, "demo", now, true)).toMatchObject({
    seq: 1,
    finding: "entry 2 was changed after it was written",
  });
  await append(1);
  expect(await checkChain(pool, "demo", now)).toMatchObject({ finding: "entry 2 was changed after it was written" });
});

it("stands at the beginning for a chain that has not begun", async () => {
  expect(await checkChain(pool, "nobody", now)).toMatchObject({ seq: 0, finding: null });
});
