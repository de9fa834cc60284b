import { createSign, generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Provider, { type Adapter, type AdapterPayload, type Configuration } from "oidc-provider";

export interface IssuerAccount {
  subject: string;
  name: string;
  email: string;
  emailVerified: boolean;
  groups: string[];
}

export interface IssuerOptions {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  accounts: IssuerAccount[];
  /** True: claims of scopes only at the userinfo endpoint, as the standard has it. */
  claimsOnlyAtUserinfo?: boolean;
  /** True: the client gets a refresh token with every code. */
  refreshTokens?: boolean;
  /** True: userinfo says who somebody is and none of their groups, as some issuers do. */
  groupsOnlyInIdToken?: boolean;
  /** How long an access token is good, in seconds; 600 unless told. */
  accessTokenSeconds?: number;
}

export interface OidcIssuer {
  url: string;
  /** Changes the claims of the ID tokens given from now on (undefined: no more), and signs them with this or a foreign key. */
  tamper(
    change: ((claims: Record<string, unknown>) => Record<string, unknown>) | undefined,
    foreignKey?: boolean,
  ): void;
  /** Answers nothing but 503 from now on, or again as before. */
  fail(fails: boolean): void;
  /** How often it was asked at the userinfo endpoint and for tokens. */
  asked(): { userinfo: number; tokens: number };
  close(): Promise<void>;
}

/**
 * A real OpenID Connect issuer on loopback for tests. Its sign-in page has one button for each account and no password.
 */
export async function startOidcIssuer(options: IssuerOptions): Promise<OidcIssuer> {
  const own = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, { ...configuration(options, own), adapter: inMemory() });
  let change: Parameters<OidcIssuer["tamper"]>[0];
  let key = own;
  let fails = false;
  const asked = { userinfo: 0, tokens: 0 };
  provider.use(async (context, next) => {
    if (context.path === "/me") asked.userinfo += 1;
    if (context.path === "/token") asked.tokens += 1;
    if (fails) {
      context.status = 503;
      return;
    }
    if (context.path.startsWith("/interaction/")) return interact(provider, options.accounts, context.req, context.res);
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (context.path === "/token" && change !== undefined && body?.id_token !== undefined) {
      body.id_token = resign(body.id_token, change, key);
    }
  });
  handle = provider.callback();
  return {
    url,
    tamper: (to, foreignKey = false) => {
      change = to;
      key = foreignKey ? foreign : own;
    },
    fail: (now) => {
      fails = now;
    },
    asked: () => ({ ...asked }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What the issuer remembers, until it is closed. */
function inMemory(): (model: string) => Adapter {
  const stores = new Map<string, Map<string, AdapterPayload>>();
  return (model) => {
    const store = stores.get(model) ?? new Map<string, AdapterPayload>();
    stores.set(model, store);
    return {
      upsert: async (id, payload) => void store.set(id, payload),
      find: async (id) => store.get(id),
      findByUid: async (uid) => [...store.values()].find((payload) => payload.uid === uid),
      findByUserCode: async () => undefined,
      consume: async (id) => {
        const payload = store.get(id);
        if (payload !== undefined) store.set(id, { ...payload, consumed: Math.floor(Date.now() / 1000) });
      },
      destroy: async (id) => void store.delete(id),
      revokeByGrantId: async (grantId) => {
        for (const [id, payload] of store) if (payload.grantId === grantId) store.delete(id);
      },
    };
  };
}

function configuration(options: IssuerOptions, key: KeyObject): Configuration {
  const { clientId, clientSecret, redirectUri, accounts } = options;
  const jwk: JsonWebKey = key.export({ format: "jwk" });
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code", ...(options.refreshTokens ? ["refresh_token"] : [])],
        scope: "openid profile email groups",
      },
    ],
    jwks: { keys: [{ ...jwk, kty: "RSA", alg: "RS256", use: "sig", kid: "test" } as never] },
    cookies: { keys: ["issuer-cookies-of-a-test"] },
    conformIdTokenClaims: options.claimsOnlyAtUserinfo === true,
    features: { devInteractions: { enabled: false } },
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
    scopes: ["openid", "profile", "email", "groups"],
    pkce: { required: () => true },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed("refresh_token"),
    ttl: {
      AccessToken: options.accessTokenSeconds ?? 600,
      RefreshToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    findAccount: (_context, subject) => {
      const account = accounts.find((known) => known.subject === subject);
      if (account === undefined) return undefined;
      const { name, email, emailVerified, groups } = account;
      return {
        accountId: subject,
        claims: (use) => ({
          ...{ sub: subject, name, email, email_verified: emailVerified },
          ...(use === "userinfo" && options.groupsOnlyInIdToken ? {} : { groups }),
        }),
      };
    },
    // Everybody agrees to everything: consent is not what is tested.
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile email groups");
      await grant.save();
      return grant;
    },
  };
}

async function interact(
  provider: Provider,
  accounts: readonly IssuerAccount[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === "POST") {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const accountId = new URLSearchParams(Buffer.concat(chunks).toString("utf8")).get("subject") ?? "";
    const result = accountId === "" ? { error: "access_denied" } : { login: { accountId } };
    return provider.interactionFinished(request, response, result);
  }
  const buttons = [...accounts.map(({ subject, name }) => [subject, name]), ["", "Cancel"]]
    .map(([subject, name]) => `<button name="subject" value="${subject}">${name}</button>`)
    .join("");
  response.statusCode = 200;
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(
    `<!doctype html><html lang="en"><title>Test issuer</title><link rel="icon" href="data:,"><form method="post">${buttons}</form></html>`,
  );
}

function resign(
  token: string,
  change: (claims: Record<string, unknown>) => Record<string, unknown>,
  key: KeyObject,
): string {
  const [header = "", payload = ""] = token.split(".");
  const claims = change(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${input}.${createSign("RSA-SHA256").update(input).sign(key, "base64url")}`;
}
