import { z } from "zod";
import { parseChallenges } from "@/lib/adapters/oci/challenge";
import { failure, statusFailure } from "@/lib/adapters/oci/failure";
import type { RegistrySettings } from "@/lib/adapters/oci/options";
import { readJson } from "@/lib/adapters/oci/read-json";
import type { Send } from "@/lib/adapters/oci/transport";
import { secretsIn } from "@/lib/net/redact-secrets";

/** What a request needs to be allowed to do, as a token server writes it; undefined where being known is enough. */
export type Scope = `repository:${string}:${"pull" | "pull,push"}` | undefined;

/** Knows how this registry wants to be asked, once it has said so, and holds its tokens until they expire. */
export interface Authorizer {
  /** The Authorization header that is right as far as known: none until the registry asked for one. */
  current(scope: Scope, signal: AbortSignal | undefined): Promise<string | undefined>;
  /** A fresh header after a 401 that was answered to `sent`; undefined where asking again would change nothing. */
  afterChallenge(
    header: string | null,
    sent: string | undefined,
    scope: Scope,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined>;
}

type Mode = { kind: "open" } | { kind: "basic" } | { kind: "bearer"; realm: URL; service: string | undefined };

const tokenBytesMax = 256 * 1024;
const tokensMax = 1000;
// The token spec's default lifetime, and what is taken off so that no token expires on its way.
const lifetimeSecondsDefault = 60;
const marginMsMax = 10_000;

// Visible ASCII: anything else could not be sent, and the error that says so would print it.
const tokenText = z.string().regex(/^[\x21-\x7e]+$/);
const tokenForm = z
  .object({
    token: tokenText.optional(),
    access_token: tokenText.optional(),
    expires_in: z.number().nonnegative().optional(),
  })
  .refine((answer) => answer.token !== undefined || answer.access_token !== undefined, { path: ["token"] });

/** Anonymous, Basic and token authentication (distribution spec, "token"), whichever the registry asks for. */
export function createAuthorizer(settings: RegistrySettings, send: Send): Authorizer {
  let mode: Mode = { kind: "open" };
  const tokens = new Map<string, { value: string; expiresAt: number }>();

  const basic = async (): Promise<string | undefined> => {
    if (settings.credentials === undefined) return undefined;
    const { username, password } = await settings.credentials();
    return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
  };

  const bearer = async (
    { realm, service }: Extract<Mode, { kind: "bearer" }>,
    scope: Scope,
    signal: AbortSignal | undefined,
  ): Promise<string> => {
    const key = `${realm.href} ${service ?? ""} ${scope ?? ""}`;
    const kept = tokens.get(key);
    if (kept !== undefined && kept.expiresAt > settings.now()) return `Bearer ${kept.value}`;
    const fetched = await fetchToken(settings, send, { realm, service, scope, authorization: await basic(), signal });
    const margin = Math.min(marginMsMax, fetched.lifetimeMs / 5);
    const now = settings.now();
    for (const [old, token] of tokens) if (token.expiresAt <= now || tokens.size >= tokensMax) tokens.delete(old);
    tokens.set(key, { value: fetched.value, expiresAt: now + fetched.lifetimeMs - margin });
    return `Bearer ${fetched.value}`;
  };

  const header = (scope: Scope, signal: AbortSignal | undefined) => {
    switch (mode.kind) {
      case "open":
        return Promise.resolve(undefined);
      case "basic":
        return basic();
      case "bearer":
        return bearer(mode, scope, signal);
      default:
        return mode satisfies never;
    }
  };

  return {
    current: header,
    async afterChallenge(text, sent, scope, signal) {
      const challenges = parseChallenges(text);
      const asked =
        challenges.find(({ scheme }) => scheme === "bearer") ?? challenges.find(({ scheme }) => scheme === "basic");
      if (asked === undefined) return undefined;
      if (asked.scheme === "basic") {
        mode = { kind: "basic" };
        return sent?.startsWith("Basic ") ? undefined : await basic();
      }
      const realm = checkRealm(settings, asked.parameters.realm);
      mode = { kind: "bearer", realm, service: asked.parameters.service };
      if (sent?.startsWith("Bearer ")) {
        for (const [key, token] of tokens) if (sent === `Bearer ${token.value}`) tokens.delete(key);
      }
      return await bearer(mode, scope, signal);
    },
  };
}

/**
 * The realm, if tokens may be fetched there: on the registry's own host or on the list, and never over a weaker
 * protocol. Anything else is refused before it is contacted, because the password would follow.
 */
function checkRealm(settings: RegistrySettings, text: string | undefined): URL {
  const refuse = (why: string) =>
    failure(settings.system, { code: "refusedAddress", message: `asks for a token from a realm ${why}` });
  if (text === undefined || !URL.canParse(text)) throw refuse("that is not a URL");
  const realm = new URL(text);
  if (realm.protocol !== "https:" && realm.protocol !== settings.origin.protocol) {
    throw refuse(`at ${realm.host} over ${realm.protocol}, which is weaker than ${settings.origin.protocol}`);
  }
  if (realm.username !== "" || realm.password !== "") throw refuse(`at ${realm.host} with a user name in its URL`);
  const allowed = realm.host === settings.origin.host || settings.realms.some((entry) => realmMatches(entry, realm));
  if (!allowed) throw refuse(`at ${realm.host}, which is neither its own host nor on the list of allowed realms`);
  return realm;
}

function realmMatches(entry: string, realm: URL): boolean {
  if (!entry.includes("://")) return entry.toLowerCase() === realm.host;
  if (!URL.canParse(entry)) return false;
  const url = new URL(entry);
  return url.origin === realm.origin && (url.pathname === "/" || url.pathname === realm.pathname);
}

async function fetchToken(
  settings: RegistrySettings,
  send: Send,
  ask: {
    realm: URL;
    service: string | undefined;
    scope: Scope;
    authorization: string | undefined;
    signal: AbortSignal | undefined;
  },
): Promise<{ value: string; lifetimeMs: number }> {
  const url = new URL(ask.realm);
  if (ask.service !== undefined) url.searchParams.set("service", ask.service);
  // Our own words, never the challenge's scope: a registry cannot make us ask for more than the call needs.
  if (ask.scope !== undefined) url.searchParams.set("scope", ask.scope);
  const what = `token from ${url.host}${ask.scope === undefined ? "" : ` for ${ask.scope}`}`;
  const answer = await send({
    method: "GET",
    url,
    what,
    headers: { accept: "application/json" },
    authorization: ask.authorization,
    maxBytes: tokenBytesMax,
    followRedirects: false,
    signal: ask.signal,
  });
  if (answer.status !== 200) {
    throw statusFailure(settings.system, what, answer, secretsIn(ask.authorization), settings.now());
  }
  const { token, access_token, expires_in } = readJson(settings.system, what, answer, tokenForm);
  return { value: token ?? access_token ?? "", lifetimeMs: (expires_in ?? lifetimeSecondsDefault) * 1000 };
}
