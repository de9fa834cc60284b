import { afterAll, beforeAll, expect, test } from "vitest";
import { loadPerson, recordSignIn } from "@/lib/auth/people";
import { storePerson, storeProject } from "@/lib/auth/testing";
import { createPool, type Pool } from "@/lib/db/pool";
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
