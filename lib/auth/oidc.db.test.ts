import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { NextApiRequest, NextApiResponse } from "next";
import NextAuthModule from "next-auth";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signInAgainPath } from "@/app/(auth)/sign-in/start-sign-in";
import { type OidcIssuer, startOidcIssuer } from "@/e2e/oidc-issuer";
import type { AuthConfig } from "@/lib/auth/auth-config";
import { authOptions } from "@/lib/auth/auth-options";
import { authTimeOf, identityFromClaims } from "@/lib/auth/oidc";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { parseCookies } from "@/lib/auth/session-cookie";
import { testAuthConfig } from "@/lib/auth/testing";
import { createPool, type Pool } from "@/lib/db/pool";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { Unauthenticated } from "@/lib/pipeline/errors";

// next-auth is CommonJS: plain Node gives its whole exports as the default.
const NextAuth = ((NextAuthModule as { default?: unknown }).default ?? NextAuthModule) as typeof NextAuthModule;

let database: TestDatabase;
let pool: Pool;
let web: { server: Server; config: AuthConfig };
let issuer: OidcIssuer;
let logged: Record<string, unknown>[];
const lines = (): string => JSON.stringify(logged);

const rita = {
  subject: "rita",
  name: "Rita",
  email: "Rita@Example.org",
  emailVerified: true,
  groups: ["release", "admins"],
};
const mallory = { subject: "mallory", name: "Mallory", email: "rita@example.org", emailVerified: false, groups: [] };

/** next-auth's handler behind a plain server, as Next's pages router would call it. */
async function startWeb(): Promise<{ server: Server; config: AuthConfig }> {
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.NEXTAUTH_URL = publicUrl;
  return { server, config: testAuthConfig({ publicUrl, adminGroups: ["admins"] }) };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", web.config.publicUrl);
  if (!url.pathname.startsWith("/api/auth/")) return void response.end("a page");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const api = Object.assign(request, {
    query: { ...Object.fromEntries(url.searchParams), nextauth: url.pathname.split("/").slice(3) },
    cookies: Object.fromEntries(
      [...parseCookies(request.headers.cookie ?? null)].map(([k, v]) => [k, decodeURIComponent(v)]),
    ),
    body: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString("utf8"))),
  });
  const answer = Object.assign(response, {
    status: (code: number) => Object.assign(response, { statusCode: code }),
    json: (body: unknown) => response.end(JSON.stringify(body)),
    send: (body: unknown) => response.end(typeof body === "object" ? JSON.stringify(body) : body),
  });
  const log = (fields: Record<string, unknown>) => void logged.push(fields);
  const options = authOptions(pool, web.config, { warn: log, error: log });
  await NextAuth(api as unknown as NextApiRequest, answer as unknown as NextApiResponse, options);
}

/** What a browser does with cookies and redirects, one host a jar. */
class Browser {
  readonly jars = new Map<string, Map<string, string>>();

  async go(
    address: string | URL,
    form?: Record<string, string>,
  ): Promise<{ url: URL; body: string; location: URL | null }> {
    const url = new URL(address);
    const jar = this.jars.get(url.host) ?? new Map<string, string>();
    this.jars.set(url.host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, {
      method: form === undefined ? "GET" : "POST",
      headers: { cookie },
      redirect: "manual",
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", ...rest] = pair.split("=");
      jar.set(name, rest.join("="));
    }
    const location = answer.headers.get("location");
    return { url, body: await answer.text(), location: location === null ? null : new URL(location, url) };
  }

  /** Follows redirects until a page comes, or until `until` says that the next address is to be looked at. */
  async follow(from: URL | null, until: (next: URL) => boolean = () => false): Promise<URL> {
    let next = from;
    while (next !== null && !until(next)) {
      const step = await this.go(next);
      if (step.location === null) return step.url;
      next = step.location;
    }
    if (next === null) throw new Error("there was nothing to follow");
    return next;
  }

  /** Goes to the issuer and signs in as `subject`; answers the address of the callback, which is not called yet. */
  async signInAtIssuer(subject: string, path = "signin/oidc"): Promise<URL> {
    const base = web.config.publicUrl;
    const { csrfToken } = JSON.parse((await this.go(`${base}/api/auth/csrf`)).body) as { csrfToken: string };
    const start = await this.go(`${base}/api/auth/${path}`, { csrfToken, callbackUrl: "/promotions/veza-12" });
    const page = await this.follow(start.location);
    const chosen = await this.go(page, { subject });
    return this.follow(chosen.location, (url) => url.pathname === "/api/auth/callback/oidc");
  }

  get webCookies(): Map<string, string> {
    return this.jars.get(new URL(web.config.publicUrl).host) ?? new Map();
  }

  principal() {
    const cookie = [...this.webCookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return principalFromRequest(new Request(web.config.publicUrl, { headers: { cookie } }), pool, web.config);
  }
}

async function startIssuer(claimsOnlyAtUserinfo = false): Promise<OidcIssuer> {
  const client = { clientId: "waybill", clientSecret: "a-client-secret-of-a-test", accounts: [rita, mallory] };
  const redirectUri = `${web.config.publicUrl}/api/auth/callback/oidc`;
  const started = await startOidcIssuer({ ...client, redirectUri, claimsOnlyAtUserinfo });
  web.config.oidc = {
    issuer: started.url,
    clientId: client.clientId,
    clientSecret: client.clientSecret,
    groupsClaim: "groups",
    label: "Test",
  };
  return started;
}

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  web = await startWeb();
});
afterAll(async () => {
  await new Promise((resolve) => {
    web.server.close(resolve);
    web.server.closeAllConnections();
  });
  await pool.close();
  await database.close();
});
beforeEach(async () => {
  logged = [];
  issuer = await startIssuer();
});
afterEach(() => issuer.close());

describe("the code flow", () => {
  test("signs a person in by issuer and subject, with groups", async () => {
    const browser = new Browser();
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
    expect(logged).toEqual([]);
  });

  test("a sign-in again asks anew, says when, and comes back", async () => {
    const browser = new Browser();
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
    issuer = await startIssuer(true);
    const browser = new Browser();
    await browser.follow(await browser.signInAtIssuer("rita"));
    expect(await browser.principal()).toMatchObject({ id: `${issuer.url}#rita`, groups: ["release", "admins"] });
  });

  test("an address that the issuer did not verify counts for nothing", async () => {
    const browser = new Browser();
    await browser.follow(await browser.signInAtIssuer("mallory"));
    expect(await browser.principal()).toMatchObject({ id: `${issuer.url}#mallory`, email: "", administrator: false });
  });

  test("goes back to Waybill only", async () => {
    const browser = new Browser();
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
    const other = new Browser();
    await other.signInAtIssuer("rita");
    const browser = new Browser();
    const callback = await browser.signInAtIssuer("rita");
    browser.webCookies.set(`next-auth.${name}`, other.webCookies.get(`next-auth.${name}`) ?? "");
    await refused(browser, callback);
    expect(logged).toHaveLength(1);
  });

  test.each(["state", "nonce", "pkce.code_verifier"])("a sign-in without its %s", async (name) => {
    const browser = new Browser();
    const callback = await browser.signInAtIssuer("rita");
    browser.webCookies.delete(`next-auth.${name}`);
    await refused(browser, callback);
  });

  test("a callback of somebody else's browser", async () => {
    const callback = await new Browser().signInAtIssuer("rita");
    await refused(new Browser(), callback);
  });

  test("a code a second time", async () => {
    const browser = new Browser();
    const callback = await browser.signInAtIssuer("rita");
    const before = new Map(browser.webCookies);
    await browser.follow(callback);
    const again = new Browser();
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
    const browser = new Browser();
    const callback = await browser.signInAtIssuer("rita");
    issuer.tamper((claims) => ({ ...claims, ...change }));
    await refused(browser, callback);
  });

  test("an ID token signed by somebody else", async () => {
    const browser = new Browser();
    const callback = await browser.signInAtIssuer("rita");
    issuer.tamper((claims) => claims, true);
    await refused(browser, callback);
  });

  test("a person who cancels", async () => {
    const browser = new Browser();
    const callback = await browser.signInAtIssuer("");
    await refused(browser, callback, "Callback");
    expect(logged).toEqual([{ code: "OAUTH_CALLBACK_ERROR", reason: "access_denied" }]);
  });

  test("a start without the page's own token", async () => {
    const browser = new Browser();
    const start = await browser.go(`${web.config.publicUrl}/api/auth/signin/oidc`, { csrfToken: "wrong" });
    const landed = await browser.follow(start.location);
    expect(`${landed.origin}${landed.pathname}`).toBe(`${web.config.publicUrl}/sign-in`);
  });

  test("demo people, where this is not a demo", async () => {
    const browser = new Browser();
    const base = web.config.publicUrl;
    const { csrfToken } = JSON.parse((await browser.go(`${base}/api/auth/csrf`)).body) as { csrfToken: string };
    await browser.go(`${base}/api/auth/callback/demo`, { csrfToken, person: "ada" });
    await expect(browser.principal()).rejects.toThrow(Unauthenticated);
  });

  test("nothing secret is logged", async () => {
    const browser = new Browser();
    const callback = await browser.signInAtIssuer("rita");
    issuer.tamper((claims) => ({ ...claims, nonce: "of-another-sign-in" }));
    await refused(browser, callback);
    expect(logged).toHaveLength(1);
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
        const browser = new Browser();
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
  };
  const found = identityFromClaims({ ...claims, roles: ["a", 3, "a", "admins"] }, { oidc, adminGroups: ["admins"] });
  expect(found?.subject).toBe(subject);
  if (subject !== undefined) expect(found).toMatchObject({ groups: ["a", "admins"], administrator: true });
});
