import { type AuthConfig, authConfig } from "@/lib/auth/auth-config";
import { oidcSessionStands } from "@/lib/auth/oidc-session";
import { loadStoredPerson } from "@/lib/auth/people";
import type { PersonPrincipal, Principal } from "@/lib/auth/principal";
import { addressOf, countAgainstLimit, mustBeWithinLimit } from "@/lib/auth/rate-limit";
import { parseCookies, readSession, type SessionClaims } from "@/lib/auth/session-cookie";
import { tokenPrincipal } from "@/lib/auth/tokens";
import { getPool } from "@/lib/db/pool";
import type { Queryable } from "@/lib/db/sql";
import { Forbidden, Unauthenticated } from "@/lib/pipeline/errors";

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Who sent a request: its bearer token if it carries any Authorization at all, else its session cookie. Throws
 * Unauthenticated, Forbidden for a write that another site may have made a browser send, and TooManyRequests.
 */
export async function principalFromRequest(
  request: Request,
  db: Queryable = getPool(),
  config: AuthConfig = authConfig(),
): Promise<Principal> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return await tokenOf(request, authorization, db);
  const claims = await readSession(parseCookies(request.headers.get("cookie")), config);
  const person = claims === null ? null : await personOfSession(db, claims, config);
  if (person === null) throw new Unauthenticated("no session");
  if (!safeMethods.has(request.method)) requireSameOrigin(request.headers, config.publicUrl);
  return person;
}

/**
 * The person of a session as they stand now; null where they are unknown, the session was revoked, or the sign-in service
 * does not stand by it any more.
 */
export async function personOfSession(
  db: Queryable,
  claims: SessionClaims,
  config: AuthConfig,
): Promise<PersonPrincipal | null> {
  if (!(await oidcSessionStands(db, config, claims))) return null;
  const stored = await loadStoredPerson(db, claims.personId);
  if (stored === null) return null;
  if (stored.revokedAt !== null && claims.signedInAt <= Date.parse(stored.revokedAt)) return null;
  if (claims.authenticatedAt === undefined) return stored.principal;
  return { ...stored.principal, authenticatedAt: new Date(claims.authenticatedAt).toISOString() };
}

/** Whoever sent many that count for nothing is not asked the database for. Throws TooManyRequests too. */
async function tokenOf(request: Request, authorization: string, db: Queryable): Promise<Principal> {
  const address = addressOf(request.headers);
  await mustBeWithinLimit("badToken", address);
  try {
    const principal = await tokenPrincipal(db, bearer(authorization));
    await countAgainstLimit("tokenUse", principal.id);
    return principal;
  } catch (error) {
    if (error instanceof Unauthenticated) await countAgainstLimit("badToken", address);
    throw error;
  }
}

function bearer(authorization: string): string {
  const match = /^bearer ([^\s,]+)$/i.exec(authorization);
  if (match?.[1] === undefined) throw new Unauthenticated("not a bearer token");
  return match[1];
}

/**
 * A browser says where a write comes from (Origin, Fetch standard section 3.2). It must be where Waybill is: the public
 * address, or the very host that was asked, which another site cannot name. Throws Forbidden, for none and for `null` too.
 */
export function requireSameOrigin(headers: Pick<Headers, "get">, publicUrl: string): void {
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  if (origin === null || !URL.canParse(origin)) throw new Forbidden("a write by cookie without an Origin");
  if (site !== null && site !== "same-origin") throw new Forbidden(`a write by cookie from a ${site} page`);
  if (origin === publicUrl) return;
  const { host, protocol } = new URL(origin);
  if (protocol === new URL(publicUrl).protocol && host === headers.get("host")?.toLowerCase()) return;
  throw new Forbidden(`a write by cookie from ${origin}`);
}
