import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { NextApiRequest, NextApiResponse } from "next";
import NextAuthModule from "next-auth";
import { type IssuerAccount, type IssuerOptions, type OidcIssuer, startOidcIssuer } from "@/e2e/oidc-issuer";
import type { AuthConfig } from "@/lib/auth/auth-config";
import { authOptions } from "@/lib/auth/auth-options";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { parseCookies } from "@/lib/auth/session-cookie";
import { testAuthConfig } from "@/lib/auth/testing";
import type { Pool } from "@/lib/db/pool";

// next-auth is CommonJS: plain Node gives its whole exports as the default.
const NextAuth = ((NextAuthModule as { default?: unknown }).default ?? NextAuthModule) as typeof NextAuthModule;

/** next-auth's handler behind a plain server, as Next's pages router would call it. */
export interface OidcWeb {
  pool: Pool;
  config: AuthConfig;
  /** What sign-in logged, oldest first. */
  logged: Record<string, unknown>[];
  /** An issuer that this web trusts from now on. */
  startIssuer(accounts: IssuerAccount[], options?: Partial<IssuerOptions>): Promise<OidcIssuer>;
  close(): Promise<void>;
}

export async function startOidcWeb(pool: Pool): Promise<OidcWeb> {
  const server = createServer((request, response) => void serve(web, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.NEXTAUTH_URL = publicUrl;
  const web: OidcWeb = {
    pool,
    config: testAuthConfig({ publicUrl, adminGroups: ["admins"] }),
    logged: [],
    async startIssuer(accounts, options = {}) {
      const client = { clientId: "waybill", clientSecret: "a-client-secret-of-a-test" };
      const redirectUri = `${publicUrl}/api/auth/callback/oidc`;
      const issuer = await startOidcIssuer({ ...client, redirectUri, accounts, ...options });
      const { clientId, clientSecret } = client;
      web.config.oidc = {
        ...{ issuer: issuer.url, clientId, clientSecret, groupsClaim: "groups", label: "Test" },
        ...{ scope: undefined, recheckSeconds: 45 },
      };
      return issuer;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return web;
}

async function serve(web: OidcWeb, request: IncomingMessage, response: ServerResponse): Promise<void> {
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
  const log = (fields: Record<string, unknown>) => void web.logged.push(fields);
  const options = authOptions(web.pool, web.config, { warn: log, error: log });
  await NextAuth(api as unknown as NextApiRequest, answer as unknown as NextApiResponse, options);
}

/** What a browser does with cookies and redirects, one host a jar. */
export class Browser {
  readonly jars = new Map<string, Map<string, string>>();

  constructor(private readonly web: OidcWeb) {}

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
    const base = this.web.config.publicUrl;
    const { csrfToken } = JSON.parse((await this.go(`${base}/api/auth/csrf`)).body) as { csrfToken: string };
    const start = await this.go(`${base}/api/auth/${path}`, { csrfToken, callbackUrl: "/promotions/veza-12" });
    const page = await this.follow(start.location);
    const chosen = await this.go(page, { subject });
    return this.follow(chosen.location, (url) => url.pathname === "/api/auth/callback/oidc");
  }

  get webCookies(): Map<string, string> {
    return this.jars.get(new URL(this.web.config.publicUrl).host) ?? new Map();
  }

  principal() {
    const cookie = [...this.webCookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return principalFromRequest(
      new Request(this.web.config.publicUrl, { headers: { cookie } }),
      this.web.pool,
      this.web.config,
    );
  }
}
