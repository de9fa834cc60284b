import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signInAgainPath } from "@/app/(auth)/sign-in/start-sign-in";
import type { OidcIssuer } from "@/e2e/oidc-issuer";
import { authTimeOf, identityFromClaims } from "@/lib/auth/oidc";
import { Browser, type OidcWeb, startOidcWeb } from "@/lib/auth/testing/oidc-web";
import { createPool, type Pool } from "@/lib/db/pool";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { Unauthenticated } from "@/lib/pipeline/errors";

let database: TestDatabase;
let pool: Pool;
let web: OidcWeb;
let issuer: OidcIssuer;
const lines = (): string => JSON.stringify(web.logged);

const rita = {
  subject: "rita",
  name: "Rita",
  email: "Rita@Example.org",
  emailVerified: true,
  groups: ["release", "admins"],
};
const mallory = { subject: "mallory", name: "Mallory", email: "rita@example.org", emailVerified: false, groups: [] };

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  web = await startOidcWeb(pool);
});
afterAll(async () => {
  await web.close();
  await pool.close();
  await database.close();
});
beforeEach(async () => {
  web.logged = [];
  issuer = await web.startIssuer([rita, mallory]);
});
afterEach(() => issuer.close());

describe("the code flow", () => {
  test("signs a person in by issuer and subject, with groups", async () => {
    const browser = new Browser(web);
    const callback = await browser.signInAtIssuer("rita");
    const landed = await browser.follow(callback);
    expect(landed.href).toBe(`${web.config.publicUrl}/promotions/veza-12`);
    expect(await browser.principal()).toMatchObject({
      id: `${issuer.url}#rita`,
      name: "Rita",
      email: "Rita@Example.org",
      groups: ["release", "admins"],
      administrator: true,
    });
    expect(web.logged).toEqual([]);
  });

  test("a sign-in again asks anew, says when, and comes back", async () => {
    const browser = new Browser(web);
    await browser.follow(await browser.signInAtIssuer("rita"));
    expect(await browser.principal()).not.toHaveProperty("authenticatedAt");
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    // The issuer knows this browser, and would let it through without a question: here it shows its sign-in page.
    const callback = await browser.signInAtIssuer("rita", signInAgainPath);
    const landed = await browser.follow(callback);
    expect(landed.href).toBe(`${web.config.publicUrl}/promotions/veza-12`);
    const { authenticatedAt } = (await browser.principal()) as { authenticatedAt?: string };
    expect(Date.parse(authenticatedAt ?? "")).toBeGreaterThanOrEqual(before);
  });

  test("what it says of the moment counts only where it can be", async () => {
    const now = Date.parse("2026-03-01T10:00:00.000Z");
    const told = (auth_time: unknown) => authTimeOf({ auth_time }, now);
    expect(told(now / 1_000 - 60)).toBe(now - 60_000);
    expect(told(now / 1_000 + 30)).toBe(now);
    for (const odd of [undefined, null, "1772359200", 0, -1, 1.5, Number.NaN, now / 1_000 + 61, {}]) {
      expect(told(odd), String(odd)).toBeUndefined();
    }
  });

  test("takes what only the userinfo endpoint says", async () => {
    await issuer.close();
    issuer = await web.startIssuer([rita, mallory], { claimsOnlyAtUserinfo: true });
    const browser = new Browser(web);
    await browser.follow(await browser.signInAtIssuer("rita"));
    expect(await browser.principal()).toMatchObject({ id: `${issuer.url}#rita`, groups: ["release", "admins"] });
  });

  test("an address that the issuer did not verify counts for nothing", async () => {
    const browser = new Browser(web);
    await browser.follow(await browser.signInAtIssuer("mallory"));
    expect(await browser.principal()).toMatchObject({ id: `${issuer.url}#mallory`, email: "", administrator: false });
  });

  test("goes back to Waybill only", async () => {
    const browser = new Browser(web);
    const base = web.config.publicUrl;
    const { csrfToken } = JSON.parse((await browser.go(`${base}/api/auth/csrf`)).body) as { csrfToken: string };
    for (const callbackUrl of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
      await browser.go(`${base}/api/auth/signin/oidc`, { csrfToken, callbackUrl });
      const kept = decodeURIComponent(browser.webCookies.get("next-auth.callback-url") ?? "");
      expect(new URL(kept).origin, callbackUrl).toBe(base);
    }
  });
});

describe("what is refused", () => {
  async function refused(browser: Browser, callback: URL, error = "OAuthCallback"): Promise<void> {
    const landed = await browser.follow(callback);
    expect(landed.pathname).toBe("/sign-in");
    expect(landed.searchParams.get("error")).toBe(error);
    await expect(browser.principal()).rejects.toThrow(Unauthenticated);
  }

  test.each(["state", "nonce", "pkce.code_verifier"])("the %s of another sign-in", async (name) => {
    const other = new Browser(web);
    await other.signInAtIssuer("rita");
    const browser = new Browser(web);
    const callback = await browser.signInAtIssuer("rita");
    browser.webCookies.set(`next-auth.${name}`, other.webCookies.get(`next-auth.${name}`) ?? "");
    await refused(browser, callback);
    expect(web.logged).toHaveLength(1);
  });

  test.each(["state", "nonce", "pkce.code_verifier"])("a sign-in without its %s", async (name) => {
    const browser = new Browser(web);
    const callback = await browser.signInAtIssuer("rita");
    browser.webCookies.delete(`next-auth.${name}`);
    await refused(browser, callback);
  });

  test("a callback of somebody else's browser", async () => {
    const callback = await new Browser(web).signInAtIssuer("rita");
    await refused(new Browser(web), callback);
  });

  test("a code a second time", async () => {
    const browser = new Browser(web);
    const callback = await browser.signInAtIssuer("rita");
    const before = new Map(browser.webCookies);
    await browser.follow(callback);
    const again = new Browser(web);
    again.jars.set(new URL(web.config.publicUrl).host, before);
    await refused(again, callback);
  });

  test.each([
    ["another audience", { aud: "somebody-else" }],
    ["another issuer", { iss: "https://evil.example" }],
    ["the past", { exp: 1_000_000_000, iat: 999_999_000 }],
    ["another nonce", { nonce: "of-another-sign-in" }],
    ["no subject", { sub: undefined }],
    ["two audiences and another party", { aud: ["waybill", "other"], azp: "other" }],
  ])("an ID token for %s", async (_what, change) => {
    const browser = new Browser(web);
    const callback = await browser.signInAtIssuer("rita");
    issuer.tamper((claims) => ({ ...claims, ...change }));
    await refused(browser, callback);
  });

  test("an ID token signed by somebody else", async () => {
    const browser = new Browser(web);
    const callback = await browser.signInAtIssuer("rita");
    issuer.tamper((claims) => claims, true);
    await refused(browser, callback);
  });

  test("a person who cancels", async () => {
    const browser = new Browser(web);
    const callback = await browser.signInAtIssuer("");
    await refused(browser, callback, "Callback");
    expect(web.logged).toEqual([{ code: "OAUTH_CALLBACK_ERROR", reason: "access_denied" }]);
  });

  test("a start without the page's own token", async () => {
    const browser = new Browser(web);
    const start = await browser.go(`${web.config.publicUrl}/api/auth/signin/oidc`, { csrfToken: "wrong" });
    const landed = await browser.follow(start.location);
    expect(`${landed.origin}${landed.pathname}`).toBe(`${web.config.publicUrl}/sign-in`);
  });

  test("demo people, where this is not a demo", async () => {
    const browser = new Browser(web);
    const base = web.config.publicUrl;
    const { csrfToken } = JSON.parse((await browser.go(`${base}/api/auth/csrf`)).body) as { csrfToken: string };
    await browser.go(`${base}/api/auth/callback/demo`, { csrfToken, person: "ada" });
    await expect(browser.principal()).rejects.toThrow(Unauthenticated);
  });

  test("nothing secret is logged", async () => {
    const browser = new Browser(web);
    const callback = await browser.signInAtIssuer("rita");
    issuer.tamper((claims) => ({ ...claims, nonce: "of-another-sign-in" }));
    await refused(browser, callback);
    expect(web.logged).toHaveLength(1);
    expect(lines()).toContain("nonce mismatch");
    for (const text of ["of-another-sign-in", callback.searchParams.get("code") ?? "?", "a-client-secret", "eyJ"]) {
      expect(lines()).not.toContain(text);
    }
  });
});

describe("the demo", () => {
  test("signs in whom it knows, and nobody else", async () => {
    web.config.demo = true;
    try {
      const base = web.config.publicUrl;
      for (const [person, known] of [
        ["ada", true],
        ["nobody", false],
      ] as const) {
        const browser = new Browser(web);
        const { csrfToken } = JSON.parse((await browser.go(`${base}/api/auth/csrf`)).body) as { csrfToken: string };
        await browser.go(`${base}/api/auth/callback/demo`, { csrfToken, person });
        if (known) expect(await browser.principal()).toMatchObject({ id: "waybill:demo#ada", administrator: true });
        else await expect(browser.principal()).rejects.toThrow(Unauthenticated);
      }
    } finally {
      web.config.demo = false;
    }
  });
});

test.each([
  [{ sub: "1", iss: "https://idp.example.org/" }, "1"],
  [{ sub: "1", iss: "https://other.example.org" }, undefined],
  [{ sub: "", iss: "https://idp.example.org" }, undefined],
  [{ sub: 7, iss: "https://idp.example.org" }, undefined],
  [{ iss: "https://idp.example.org" }, undefined],
])("claims %j are subject %s", (claims, subject) => {
  const oidc = {
    issuer: "https://idp.example.org",
    clientId: "a",
    clientSecret: "b",
    groupsClaim: "roles",
    label: "IdP",
    scope: undefined,
    recheckSeconds: 45,
  };
  const found = identityFromClaims({ ...claims, roles: ["a", 3, "a", "admins"] }, { oidc, adminGroups: ["admins"] });
  expect(found?.subject).toBe(subject);
  if (subject !== undefined) expect(found).toMatchObject({ groups: ["a", "admins"], administrator: true });
});
