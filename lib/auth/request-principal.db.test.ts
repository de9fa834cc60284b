import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadPerson } from "@/lib/auth/people";
import { forgetCounts, limitsPerMinute } from "@/lib/auth/rate-limit";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { SESSION_HOURS } from "@/lib/auth/session-cookie";
import { sessionCookie, storePerson, storeProject, testAuthConfig } from "@/lib/auth/testing";
import { createToken } from "@/lib/commands/create-token";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { Forbidden, TooManyRequests, Unauthenticated } from "@/lib/pipeline/errors";

let database: TestDatabase;
let pool: Pool;
let rita: string;
const config = testAuthConfig();

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  await storeProject(pool, { name: "veza", people: [{ kind: "group", group: "release", role: "releaseManager" }] });
  rita = await storePerson(pool, { groups: ["release"] });
});
afterAll(async () => {
  await pool.close();
  await database.close();
});

function ask(headers: Record<string, string>, method = "GET", settings = config) {
  const request = new Request("http://127.0.0.1:3000/api/v1/matrix", { method, headers });
  return principalFromRequest(request, pool, settings);
}

describe("a session cookie", () => {
  test("is the person, with the grants of now", async () => {
    const principal = await ask({ cookie: `other=1; ${await sessionCookie(config, { personId: rita })}` });
    expect(principal).toMatchObject({
      kind: "person",
      id: rita,
      grants: [{ project: "veza", role: "releaseManager" }],
    });
  });

  test("says when they proved who they are, where that is known", async () => {
    const authenticatedAt = Date.parse("2026-03-01T10:00:00.000Z");
    const told = await ask({ cookie: await sessionCookie(config, { personId: rita, authenticatedAt }) });
    expect(told).toMatchObject({ id: rita, authenticatedAt: "2026-03-01T10:00:00.000Z" });
    expect(await ask({ cookie: await sessionCookie(config, { personId: rita }) })).not.toHaveProperty(
      "authenticatedAt",
    );
  });

  test("counts in pieces too", async () => {
    const [name, value] = (await sessionCookie(config, { personId: rita })).split("=") as [string, string];
    const cookie = `${name}.1=${value.slice(50)}; ${name}.0=${value.slice(0, 50)}`;
    expect(await ask({ cookie })).toMatchObject({ id: rita });
  });

  test("is nothing when absent, changed, of another secret, expired or too old", async () => {
    const good = await sessionCookie(config, { personId: rita });
    const foreign = await sessionCookie(testAuthConfig({ secret: "x".repeat(40) }), { personId: rita });
    const hoursAgo = (hours: number) => Date.now() - hours * 3_600_000;
    const cookies = [
      "",
      `${good.slice(0, -2)}AA`,
      foreign,
      await sessionCookie(config, { personId: rita }, -60),
      await sessionCookie(config, { personId: rita, signedInAt: hoursAgo(SESSION_HOURS + 0.1) }),
      await sessionCookie(config, { personId: rita, signedInAt: hoursAgo(-1) }),
      await sessionCookie(config, { personId: "https://idp.example.org#unknown" }),
      good.replace("waybill.session", "next-auth.session-token"),
    ];
    for (const cookie of cookies) await expect(ask({ cookie }), cookie.slice(0, 40)).rejects.toThrow(Unauthenticated);
    expect(await ask({ cookie: good })).toMatchObject({ id: rita });
  });

  test("is void once its person's sessions are revoked, and a new one counts", async () => {
    const id = await storePerson(pool);
    const cookie = await sessionCookie(config, { personId: id, signedInAt: Date.now() - 5_000 });
    expect(await ask({ cookie })).toMatchObject({ id });
    await pool.execute(sql`UPDATE person SET revoked_at = now() - interval '1 second' WHERE id = ${id}`);
    await expect(ask({ cookie })).rejects.toThrow(Unauthenticated);
    expect(await ask({ cookie: await sessionCookie(config, { personId: id }) })).toMatchObject({ id });
  });
});

describe("a write by cookie", () => {
  const host = "127.0.0.1:3000";
  test.each([
    ["our own page", { origin: "http://127.0.0.1:3000", host }, true],
    ["our own page, said twice", { origin: "http://127.0.0.1:3000", host, "sec-fetch-site": "same-origin" }, true],
    ["the same host under its other name", { origin: "http://localhost:3000", host: "localhost:3000" }, true],
    ["another site", { origin: "https://evil.example", host }, false],
    ["another port", { origin: "http://127.0.0.1:3001", host }, false],
    ["another scheme", { origin: "https://127.0.0.1:3000", host }, false],
    ["nowhere", { host }, false],
    ["a sandboxed frame", { origin: "null", host }, false],
    ["a sibling site", { origin: "http://127.0.0.1:3000", host, "sec-fetch-site": "same-site" }, false],
  ])("from %s", async (_where, headers: Record<string, string>, allowed) => {
    const cookie = await sessionCookie(config, { personId: rita });
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const answer = ask({ cookie, ...headers }, method);
      if (allowed) expect(await answer).toMatchObject({ id: rita });
      else await expect(answer).rejects.toThrow(Forbidden);
    }
    expect(await ask({ cookie, ...headers })).toMatchObject({ id: rita });
  });
});

describe("a bearer token", () => {
  test("counts without an Origin, and alone where it comes with a cookie", async () => {
    const owner = await loadPerson(pool, rita);
    if (owner === null) throw new Error("the person was not stored");
    const ci = { project: "veza", label: "ci", role: "viewer", expiresInDays: 1 } as const;
    const { id, secret } = await createToken(pool, owner, ci, new Date());
    expect(await ask({ authorization: `Bearer ${secret}` }, "POST")).toMatchObject({ kind: "token", id });
    expect(await ask({ authorization: `bearer ${secret}` })).toMatchObject({ kind: "token", id });
    const cookie = await sessionCookie(config, { personId: rita });
    expect(await ask({ authorization: `Bearer ${secret}`, cookie })).toMatchObject({ kind: "token", id });
    for (const authorization of [
      `Bearer ${secret}x`,
      "Bearer",
      "",
      `Basic ${secret}`,
      `Bearer  ${secret}`,
      `${secret}`,
      `Bearer ${secret},x`,
    ]) {
      await expect(ask({ authorization, cookie }), authorization).rejects.toThrow(Unauthenticated);
    }
    const session = cookie.slice(cookie.indexOf("=") + 1);
    await expect(ask({ authorization: `Bearer ${session}` })).rejects.toThrow(Unauthenticated);
  });
});

describe("tokens that count for nothing", () => {
  test("are not looked up any more once an address has sent many, not even a good one; other addresses are", async () => {
    const owner = await loadPerson(pool, rita);
    if (owner === null) throw new Error("the person was not stored");
    const ci = { project: "veza", label: "ci", role: "viewer", expiresInDays: 1 } as const;
    const good = `Bearer ${(await createToken(pool, owner, ci, new Date())).secret}`;
    const from = (address: string, authorization: string) => ask({ authorization, "x-forwarded-for": address });
    for (let turn = 0; turn < limitsPerMinute.badToken.each; turn += 1) {
      await expect(from("192.0.2.1", `Bearer wb_${"x".repeat(43)}`)).rejects.toThrow(Unauthenticated);
    }
    await expect(from("192.0.2.1", `Bearer wb_${"x".repeat(43)}`)).rejects.toThrow(TooManyRequests);
    await expect(from("192.0.2.1", good)).rejects.toThrow(TooManyRequests);
    expect(await from("192.0.2.2", good)).toMatchObject({ kind: "token" });
    forgetCounts();
  });
});

test("behind https the cookie has a name that only this host can set", async () => {
  const secure = testAuthConfig({ publicUrl: "https://waybill.example.com" });
  const cookie = await sessionCookie(secure, { personId: rita });
  expect(cookie).toMatch(/^__Host-waybill\.session=/);
  expect(await ask({ cookie }, "GET", secure)).toMatchObject({ id: rita });
  await expect(ask({ cookie: cookie.replace("__Host-", "") }, "GET", secure)).rejects.toThrow(Unauthenticated);
});
