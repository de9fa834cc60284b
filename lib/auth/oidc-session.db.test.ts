import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { IssuerAccount, IssuerOptions, OidcIssuer } from "@/e2e/oidc-issuer";
import { loadPerson } from "@/lib/auth/people";
import { recheckSigners } from "@/lib/auth/recheck-signers";
import { sessionCookie } from "@/lib/auth/testing";
import { Browser, type OidcWeb, startOidcWeb } from "@/lib/auth/testing/oidc-web";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { Unauthenticated } from "@/lib/pipeline/errors";

let database: TestDatabase;
let pool: Pool;
let web: OidcWeb;
let issuer: OidcIssuer;
let accounts: IssuerAccount[];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  web = await startOidcWeb(pool);
});
afterEach(() => issuer?.close());
afterAll(async () => {
  await web.close();
  await pool.close();
  await database.close();
});

/** Rita, signed in at an issuer of this kind. */
async function signedIn(options: Partial<IssuerOptions> = {}): Promise<Browser> {
  accounts = [
    {
      ...{ subject: "rita", name: "Rita", email: "rita@example.org", emailVerified: true },
      groups: ["release", "admins"],
    },
  ];
  issuer = await web.startIssuer(accounts, options);
  await pool.execute(sql`delete from oidc_session`);
  const browser = new Browser(web);
  await browser.follow(await browser.signInAtIssuer("rita"));
  expect(await browser.principal()).toMatchObject({ groups: ["release", "admins"], administrator: true });
  return browser;
}

const loseAdmins = () => {
  for (const account of accounts) account.groups = ["release"];
};
/** So long ago was the last check, and there is nothing that holds the next one back. */
const age = (seconds: number) =>
  pool.execute(sql`update oidc_session set checked_at = now() - make_interval(secs => ${seconds}), retry_at = null`);
const refused = (browser: Browser) => expect(browser.principal()).rejects.toThrow(Unauthenticated);
const lost = { groups: ["release"], administrator: false };

describe("a group that is lost at the issuer", () => {
  test.each([
    ["userinfo", {}],
    ["userinfo, where claims are only there", { claimsOnlyAtUserinfo: true }],
    ["userinfo, with a new access token once the first has expired", { refreshTokens: true, accessTokenSeconds: 1 }],
    ["a new ID token, where userinfo says nothing of groups", { refreshTokens: true, groupsOnlyInIdToken: true }],
  ])("is lost here with the next check by %s", async (_how, options) => {
    const browser = await signedIn(options);
    loseAdmins();
    expect(await browser.principal()).toMatchObject({ administrator: true });
    await age(46);
    expect(await browser.principal()).toMatchObject(lost);
    // Again and again: tokens that the issuer renewed were kept.
    for (const account of accounts) account.groups = ["release", "admins"];
    await age(46);
    expect(await browser.principal()).toMatchObject({ administrator: true });
  });

  test("is asked for once, however many ask at the same moment", async () => {
    const browser = await signedIn({ refreshTokens: true, groupsOnlyInIdToken: true });
    const before = issuer.asked();
    loseAdmins();
    await age(600);
    const all = await Promise.all(Array.from({ length: 12 }, () => browser.principal()));
    for (const one of all) expect(one).toMatchObject(lost);
    expect(issuer.asked().tokens - before.tokens).toBe(1);
  });
});

describe("a session ends", () => {
  test("when the issuer knows the person no more", async () => {
    const browser = await signedIn({ refreshTokens: true });
    accounts.length = 0;
    await age(46);
    await refused(browser);
    const [row] = await pool.query<{ sealed: string; why: string }>(
      sql`select sealed, ended_why as why from oidc_session`,
    );
    expect(row).toEqual({ sealed: "", why: "the refresh token is not taken any more" });
    // It does not come back with the account: a new sign-in is needed.
    accounts.push({ subject: "rita", name: "Rita", email: "", emailVerified: false, groups: [] });
    await refused(browser);
  });

  test.each([
    ["the access token has expired", { accessTokenSeconds: 1 }],
    ["userinfo says nothing of groups", { groupsOnlyInIdToken: true }],
  ])("without a refresh token, when %s", async (_what, options) => {
    const browser = await signedIn(options);
    await age(46);
    await refused(browser);
  });

  test("when it is signed out, and its tokens are forgotten", async () => {
    const browser = await signedIn();
    const base = web.config.publicUrl;
    const kept = new Map(browser.webCookies);
    const { csrfToken } = JSON.parse((await browser.go(`${base}/api/auth/csrf`)).body) as { csrfToken: string };
    await browser.go(`${base}/api/auth/signout`, { csrfToken, callbackUrl: "/" });
    expect(await pool.query(sql`select id from oidc_session`)).toEqual([]);
    // Whoever kept the cookie has nothing.
    const thief = new Browser(web);
    thief.jars.set(new URL(base).host, kept);
    await refused(thief);
  });

  test("when the process got another secret", async () => {
    const browser = await signedIn();
    const { secret } = web.config;
    const [row] = await pool.query<{ sealed: string }>(sql`select sealed from oidc_session`);
    await pool.execute(sql`update oidc_session set sealed = ${`A${row?.sealed.slice(1)}B`}`);
    await age(46);
    await refused(browser);
    expect(web.config.secret).toBe(secret);
  });
});

describe("an issuer that does not answer", () => {
  test("is believed a quarter of a minute longer, then nothing is; when it answers again the session goes on", async () => {
    const browser = await signedIn();
    issuer.fail(true);
    await age(46);
    expect(await browser.principal()).toMatchObject({ administrator: true });
    const before = issuer.asked().userinfo;
    await age(46);
    await pool.execute(sql`update oidc_session set retry_at = now() + interval '1 hour'`);
    expect(await browser.principal()).toMatchObject({ administrator: true });
    expect(issuer.asked().userinfo, "it is left alone for a moment").toBe(before);
    await age(61);
    await refused(browser);
    issuer.fail(false);
    loseAdmins();
    await pool.execute(sql`update oidc_session set retry_at = null`);
    expect(await browser.principal()).toMatchObject(lost);
  });
});

describe("somebody who signed and left", () => {
  const approvals = (id: string) => JSON.stringify([{ person: id }]);
  const promote = (id: string, phase: string, person: string) =>
    pool.execute(
      sql`insert into promotion (id, project, number, environment, release, version, services, kind, phase, state, plan_hash,
                                 requested_by, requested_at, changed_at, ended_at, idempotency_key, request_hash)
          values (${id}, 'demo', ${Number(id)}, 'production', 'r', 'v', '{api}', 'promote', ${phase},
                  jsonb_build_object('approvals', ${approvals(person)}::jsonb), 'h', '{}', now(), now(),
                  case when ${phase} = 'succeeded' then now() end, ${id}, 'h')`,
    );

  test("is asked about as long as what they signed waits, though they ask for nothing", async () => {
    const browser = await signedIn();
    const { id } = await browser.principal();
    loseAdmins();
    await age(46);
    await promote("1", "succeeded", id);
    expect(await recheckSigners(pool, web.config)).toBe(0);
    await promote("2", "waiting", id);
    expect(await recheckSigners(pool, web.config)).toBe(1);
    expect(await loadPerson(pool, id)).toMatchObject(lost);
    // Not again before its time: what was said a moment ago counts.
    const before = issuer.asked().userinfo;
    await recheckSigners(pool, web.config);
    expect(issuer.asked().userinfo).toBe(before);
  });
});

describe("what is kept", () => {
  test("is no token that anybody could use, in the database, the cookie or the log", async () => {
    const browser = await signedIn({ refreshTokens: true });
    const rows = JSON.stringify(await pool.query(sql`select * from oidc_session`));
    const [row] = await pool.query<{ sealed: string }>(sql`select sealed from oidc_session`);
    expect(Buffer.from(row?.sealed ?? "", "base64url").toString("latin1")).not.toMatch(/Token|eyJ/);
    expect(rows).not.toMatch(/accessToken|refreshToken|eyJ/);
    expect([...browser.webCookies].join()).not.toMatch(/refreshToken/);
    expect(JSON.stringify(web.logged)).toBe("[]");
  });

  test("a cookie that names no session of the issuer's person counts for nothing", async () => {
    const browser = await signedIn();
    const rita = await browser.principal();
    const [row] = await pool.query<{ id: string }>(sql`select id from oidc_session`);
    const ask = async (claims: { personId: string; sessionId?: string }) => {
      const other = new Browser(web);
      const [name = "", value = ""] = (await sessionCookie(web.config, claims)).split("=");
      other.jars.set(new URL(web.config.publicUrl).host, new Map([[name, value]]));
      return other.principal();
    };
    expect(await ask({ personId: rita.id, sessionId: row?.id })).toMatchObject({ id: rita.id });
    await expect(ask({ personId: rita.id })).rejects.toThrow(Unauthenticated);
    await pool.execute(sql`update oidc_session set person = ${`${issuer.url}#other`}`);
    await expect(ask({ personId: rita.id, sessionId: row?.id })).rejects.toThrow(Unauthenticated);
  });

  test("is nothing where sessions are not checked again", async () => {
    accounts = [{ subject: "rita", name: "Rita", email: "", emailVerified: false, groups: ["admins"] }];
    issuer = await web.startIssuer(accounts);
    if (web.config.oidc) web.config.oidc.recheckSeconds = 0;
    await pool.execute(sql`delete from oidc_session`);
    const browser = new Browser(web);
    await browser.follow(await browser.signInAtIssuer("rita"));
    expect(await pool.query(sql`select id from oidc_session`)).toEqual([]);
    accounts.length = 0;
    expect(await browser.principal()).toMatchObject({ administrator: true });
  });
});
