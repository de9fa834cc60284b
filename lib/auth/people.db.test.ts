import { afterAll, beforeAll, expect, test } from "vitest";
import { loadPerson, recordSignIn, standingsOf } from "@/lib/auth/people";
import { storePerson, storeProject } from "@/lib/auth/testing";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool.close();
  await database.close();
});

test("grants follow the project's file, version by version", async () => {
  const id = await storePerson(pool, { groups: ["release"] });
  expect((await loadPerson(pool, id))?.grants).toEqual([]);
  await storeProject(pool, { name: "one", people: [{ kind: "group", group: "release", role: "releaseManager" }] });
  const grant = { project: "one", role: "releaseManager", environments: null };
  expect((await loadPerson(pool, id))?.grants).toEqual([grant]);
  expect((await loadPerson(pool, id))?.grants).toEqual([grant]);
  await storeProject(pool, {
    name: "one",
    fileVersion: 2,
    people: [{ kind: "person", email: "rita@example.org", role: "viewer", environments: ["staging"] }],
  });
  expect((await loadPerson(pool, id))?.grants).toEqual([{ project: "one", role: "viewer", environments: ["staging"] }]);
});

test("a sign-in replaces what was known before, under the same id", async () => {
  const first = { issuer: "https://idp.example.org", subject: "7", name: "Ada", email: "ada@example.org" };
  const id = await recordSignIn(pool, { ...first, groups: ["admins"], administrator: true });
  expect(await recordSignIn(pool, { ...first, email: "", groups: [], administrator: false })).toBe(id);
  expect(await loadPerson(pool, id)).toMatchObject({ id, email: "", groups: [], administrator: false });
  const elsewhere = await recordSignIn(pool, {
    ...first,
    issuer: "https://other.example",
    groups: [],
    administrator: false,
  });
  expect(elsewhere).not.toBe(id);
  expect(await loadPerson(pool, "nobody")).toBeNull();
});

test("standings tell what approvers may do now, and leave out whom nobody knows", async () => {
  await storeProject(pool, {
    name: "two",
    people: [{ kind: "group", group: "signers", role: "approver", environments: ["production"] }],
  });
  const signer = await storePerson(pool, { groups: ["signers"], email: "arjun@example.org" });
  const other = await storePerson(pool);
  const gone = await storePerson(pool, { groups: ["signers"] });
  await pool.execute(sql`UPDATE person SET revoked_at = now() WHERE id = ${gone}`);
  const ids = [signer, other, gone, "nobody", signer];
  const production = await standingsOf(pool, ids, { project: "two", environment: "production" });
  expect(production.sort((a, b) => Number(b.mayApprove) - Number(a.mayApprove))).toEqual([
    { person: signer, email: "arjun@example.org", groups: ["signers"], mayApprove: true },
    { person: other, email: "rita@example.org", groups: [], mayApprove: false },
  ]);
  const staging = await standingsOf(pool, [signer], { project: "two", environment: "staging" });
  expect(staging[0]?.mayApprove).toBe(false);
  expect(await standingsOf(pool, [], { project: "two", environment: "staging" })).toEqual([]);
});
