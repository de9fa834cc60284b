import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadPerson } from "@/lib/auth/people";
import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { storePerson, storeProject } from "@/lib/auth/testing";
import { tokenPrincipal } from "@/lib/auth/tokens";
import { type CreateTokenInput, createToken } from "@/lib/commands/create-token";
import { revokeToken } from "@/lib/commands/revoke-token";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { loadEntries } from "@/lib/ledger/load";
import { Forbidden, InvalidInput, NotFound, Unauthenticated } from "@/lib/pipeline/errors";
import { listTokens } from "@/lib/queries/tokens";

let database: TestDatabase;
let pool: Pool;
let rita: Principal;
let arjun: Principal;
let ada: Principal;

const ci: CreateTokenInput = { project: "veza", label: "ci", role: "releaseManager", expiresInDays: 30 };
const staging = { project: "veza", environment: "staging" };

async function person(groups: string[], administrator = false): Promise<Principal> {
  const found = await loadPerson(pool, await storePerson(pool, { groups, administrator }));
  if (found === null) throw new Error("the person was not stored");
  return found;
}

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  await storeProject(pool, {
    name: "veza",
    environments: ["staging", "production"],
    people: [
      { kind: "group", group: "release", role: "releaseManager" },
      { kind: "group", group: "approvers", role: "approver" },
    ],
  });
  rita = await person(["release"]);
  arjun = await person(["approvers"]);
  ada = await person([], true);
});
afterAll(async () => {
  await pool.close();
  await database.close();
});

describe("a token", () => {
  test("is shown once, kept as a hash and counts for its owner", async () => {
    const { id, secret, expiresAt } = await createToken(pool, rita, ci, new Date());
    expect(secret).toMatch(/^wb_[A-Za-z0-9_-]{43}$/);
    const rows = await pool.query<{ row: string }>(
      sql`SELECT row_to_json(t)::text AS row FROM api_token t WHERE id = ${id}`,
    );
    expect(rows[0]?.row).not.toContain(secret.slice(3));
    const principal = await tokenPrincipal(pool, secret);
    expect(principal).toMatchObject({
      kind: "token",
      id,
      name: "ci",
      role: "releaseManager",
      environments: null,
      expiresAt,
    });
    expect(can(principal, "promote", staging)).toBe(true);
    expect(can(principal, "approve", staging)).toBe(false);
  });

  test("loses what its owner loses, at once", async () => {
    const owner = await storePerson(pool, { groups: ["release"], subject: "leaving" });
    const before = await loadPerson(pool, owner);
    if (before === null) throw new Error("the person was not stored");
    const { secret } = await createToken(pool, before, ci, new Date());
    expect(can(await tokenPrincipal(pool, secret), "promote", staging)).toBe(true);
    await storePerson(pool, { groups: [], subject: "leaving" });
    expect(can(await tokenPrincipal(pool, secret), "promote", staging)).toBe(false);
    await pool.execute(sql`UPDATE person SET revoked_at = now() WHERE id = ${owner}`);
    await expect(tokenPrincipal(pool, secret)).rejects.toThrow(Unauthenticated);
  });

  test("notes its use at most once a minute", async () => {
    const { id, secret } = await createToken(pool, rita, ci, new Date());
    const usedAt = async () =>
      (await pool.query<{ at: string | null }>(sql`SELECT used_at AS at FROM api_token WHERE id = ${id}`))[0]?.at;
    expect(await usedAt()).toBeNull();
    await tokenPrincipal(pool, secret);
    const first = await usedAt();
    expect(first).not.toBeNull();
    await tokenPrincipal(pool, secret);
    expect(await usedAt()).toBe(first);
    await pool.execute(sql`UPDATE api_token SET used_at = now() - interval '2 minutes' WHERE id = ${id}`);
    await tokenPrincipal(pool, secret);
    expect(Date.parse((await usedAt()) ?? "")).toBeGreaterThanOrEqual(Date.parse(first ?? ""));
  });
});

describe("what is refused", () => {
  test("malformed, cut, encoded, unknown, expired and revoked ones alike", async () => {
    const good = await createToken(pool, rita, ci, new Date());
    const old = await createToken(pool, rita, { ...ci, expiresInDays: 1 }, new Date(Date.now() - 25 * 3_600_000));
    const revoked = await createToken(pool, rita, ci, new Date());
    await revokeToken(pool, rita, { id: revoked.id }, new Date());
    const { secret } = good;
    const bad = [
      "",
      "wb_",
      secret.slice(0, -1),
      `${secret}A`,
      ` ${secret}`,
      `${secret}\n`,
      secret.replace("wb_", "wb%5F"),
      encodeURIComponent(`${secret}=`),
      secret.toUpperCase(),
      `wb_${"A".repeat(43)}`,
      old.secret,
      revoked.secret,
    ];
    for (const text of bad)
      await expect(tokenPrincipal(pool, text), JSON.stringify(text)).rejects.toThrow(Unauthenticated);
    await expect(tokenPrincipal(pool, secret)).resolves.toMatchObject({ id: good.id });
  });

  test("more than one has oneself", async () => {
    const nobody = await person([]);
    await expect(createToken(pool, nobody, ci, new Date())).rejects.toThrow(NotFound);
    await expect(createToken(pool, arjun, ci, new Date())).rejects.toThrow(Forbidden);
    await expect(createToken(pool, rita, { ...ci, role: "administrator" }, new Date())).rejects.toThrow(Forbidden);
    await expect(createToken(pool, rita, { ...ci, project: "*" }, new Date())).rejects.toThrow(Forbidden);
    const narrow = await tokenPrincipal(
      pool,
      (await createToken(pool, rita, { ...ci, environments: ["staging"] }, new Date())).secret,
    );
    await expect(createToken(pool, narrow, ci, new Date())).rejects.toThrow(Forbidden);
    const child = await createToken(pool, narrow, { ...ci, environments: ["staging"], expiresInDays: 365 }, new Date());
    expect(child.expiresAt).toBe(narrow.expiresAt);
  });

  test.each([
    [{ expiresInDays: 366 }, "expiresInDays"],
    [{ expiresInDays: 0 }, "expiresInDays"],
    [{ label: " " }, "label"],
    [{ environments: [] }, "environments"],
    [{ environments: ["staging", "moon"] }, "environments[1]"],
    [{ role: "owner" as "viewer" }, "role"],
    [{ note: "x" } as object, ""],
  ])("input %j, at %s", async (over, path) => {
    const error: unknown = await createToken(pool, rita, { ...ci, ...over }, new Date()).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(InvalidInput);
    expect((error as InvalidInput).issues[0]?.path).toBe(path);
  });

  test("a project that does not exist, to its administrator only", async () => {
    await expect(createToken(pool, ada, { ...ci, project: "moon" }, new Date())).rejects.toThrow(InvalidInput);
    await expect(createToken(pool, rita, { ...ci, project: "moon" }, new Date())).rejects.toThrow(NotFound);
  });
});

describe("revoking", () => {
  test("is for the owner, the project's administrators and the token itself", async () => {
    const { id, secret } = await createToken(pool, rita, ci, new Date());
    await expect(revokeToken(pool, arjun, { id }, new Date())).rejects.toThrow(NotFound);
    await revokeToken(pool, await tokenPrincipal(pool, secret), { id }, new Date());
    const second = await createToken(pool, rita, ci, new Date());
    await revokeToken(pool, ada, { id: second.id }, new Date());
    await expect(tokenPrincipal(pool, second.secret)).rejects.toThrow(Unauthenticated);
    await expect(revokeToken(pool, ada, { id: crypto.randomUUID() }, new Date())).rejects.toThrow(NotFound);
  });

  test("and creating stand in the ledger once each, without the secret", async () => {
    const { id, secret } = await createToken(pool, ada, { ...ci, project: "*", role: "administrator" }, new Date());
    await revokeToken(pool, ada, { id }, new Date());
    await revokeToken(pool, ada, { id }, new Date());
    const entries = await loadEntries(pool, "@instance", {});
    expect(entries.map((entry) => entry.kind)).toEqual(["token.created", "token.revoked"]);
    expect(entries[0]?.data).toMatchObject({ id, label: "ci", role: "administrator", environments: [] });
    expect(JSON.stringify(entries)).not.toContain(secret.slice(3));
  });
});

test("the list shows one's own, and an administrator's all", async () => {
  const { id } = await createToken(pool, arjun, { ...ci, role: "approver" }, new Date());
  const seen = async (principal: Principal) => (await listTokens(pool, principal, "veza")).map((token) => token.id);
  expect(await seen(arjun)).toEqual([id]);
  expect(await seen(rita)).not.toContain(id);
  expect(await seen(ada)).toContain(id);
  expect(Object.keys((await listTokens(pool, arjun, "veza"))[0] ?? {})).not.toContain("hash");
});
