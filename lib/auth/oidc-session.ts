import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import pino from "pino";
import { z } from "zod";
import { askIssuer, type IssuerTokens } from "@/lib/auth/ask-issuer";
import type { AuthConfig } from "@/lib/auth/auth-config";
import { identityFromClaims } from "@/lib/auth/oidc";
import { type Identity, personId, updateStanding } from "@/lib/auth/people";
import { seal, unseal } from "@/lib/auth/sealed-text";
import { SESSION_HOURS, type SessionClaims } from "@/lib/auth/session-cookie";
import type { OidcSettings } from "@/lib/config/env";
import { type Queryable, sql } from "@/lib/db/sql";

const logger = pino({ level: process.env.LOG_LEVEL ?? "info", base: { part: "sign-in" } });

/** After one that got no answer the next question waits so long. */
const retrySeconds = 5;
/** Longer than one check can take: who asks holds it so long at most. */
const leaseSeconds = 10;
/** Beyond its due time, what was said last counts so long while the service does not answer. */
const graceMs = 15_000;

const storedTokens = z.object({
  accessToken: z.string().optional(),
  accessUntil: z.number().optional(),
  refreshToken: z.string().optional(),
});

type Asking = Pick<AuthConfig, "secret" | "oidc" | "adminGroups">;

/**
 * Keeps the tokens of a new session, sealed, and returns its id; undefined where sessions are not checked again. Asks the
 * userinfo endpoint once, to know whether it says as much as the sign-in did.
 */
export async function openOidcSession(
  db: Queryable,
  config: Asking,
  identity: Identity,
  tokens: IssuerTokens,
): Promise<string | undefined> {
  const { oidc } = config;
  if (oidc === undefined || oidc.recheckSeconds === 0) return undefined;
  const answer = await askIssuer(oidc, identity.subject, tokens, true, Date.now());
  const told = answer.kind === "claims" ? identityOf(answer.claims, identity.issuer, config, oidc) : null;
  const userinfoTells = told !== null && sameStanding(told, identity);
  if (!userinfoTells && tokens.refreshToken === undefined) {
    logger.warn("the sign-in service gives no way to ask again who somebody is: their session ends soon");
  }
  const kept = answer.kind === "claims" ? answer.tokens : tokens;
  const id = randomUUID();
  await db.execute(sql`DELETE FROM oidc_session WHERE expires_at < now()`);
  await db.execute(sql`
    INSERT INTO oidc_session (id, person, sealed, userinfo_tells, checked_at, expires_at)
    VALUES (${id}, ${personId(identity.issuer, identity.subject)}, ${seal(config.secret, id, JSON.stringify(kept))},
            ${userinfoTells}, now(), now() + make_interval(hours => ${SESSION_HOURS}))`);
  return id;
}

/** Forgets a session that was signed out. */
export async function closeOidcSession(db: Queryable, id: string): Promise<void> {
  await db.execute(sql`DELETE FROM oidc_session WHERE id = ${id}`);
}

interface SessionRow {
  ageMs: number;
  ended: boolean;
  isChecking: boolean;
  isWaiting: boolean;
}

/**
 * Whether a session still stands at the sign-in service, which is asked again where that was longer ago than the settings
 * say; groups and standing are then what it says now. Where it does not answer, what it said last counts for 15 s more and
 * then nothing: unknown is not a yes. Of several who ask at once one goes there.
 */
export async function oidcSessionStands(db: Queryable, config: Asking, claims: SessionClaims): Promise<boolean> {
  const { oidc } = config;
  if (oidc === undefined || oidc.recheckSeconds === 0 || !isOf(oidc, claims.personId)) return true;
  // A session from before there was anything to check.
  if (claims.sessionId === undefined) return false;
  const recheckMs = oidc.recheckSeconds * 1_000;
  for (let waited = 0; waited < leaseSeconds * 1_000; waited += 50) {
    const row = await readRow(db, claims.sessionId, claims.personId);
    if (row === undefined || row.ended) return false;
    if (row.ageMs < recheckMs) return true;
    if (!row.isChecking && !row.isWaiting && (await check(db, config, oidc, claims.sessionId))) continue;
    if (row.ageMs < recheckMs + graceMs) return true;
    // Another one is asking; where nobody is, the service did not answer just now.
    if (!(await readRow(db, claims.sessionId, claims.personId))?.isChecking) return stands(db, claims, recheckMs);
    await pause(50);
  }
  return false;
}

async function stands(db: Queryable, { sessionId = "", personId: person }: SessionClaims, recheckMs: number) {
  const row = await readRow(db, sessionId, person);
  return row !== undefined && !row.ended && row.ageMs < recheckMs;
}

async function readRow(db: Queryable, id: string, person: string): Promise<SessionRow | undefined> {
  const [row] = await db.query<SessionRow>(sql`
    SELECT (extract(epoch FROM now() - checked_at) * 1000)::float8 AS "ageMs", ended_at IS NOT NULL AS ended,
           coalesce(checking_until > now(), false) AS "isChecking", coalesce(retry_at > now(), false) AS "isWaiting"
      FROM oidc_session WHERE id = ${id} AND person = ${person} AND expires_at > now()`);
  return row;
}

interface Taken {
  person: string;
  sealed: string;
  userinfoTells: boolean;
  askedAt: string;
}

/** Asks the service, if nobody else does or just did, and writes down what it said. True where something was learnt. */
async function check(db: Queryable, config: Asking, oidc: OidcSettings, id: string): Promise<boolean> {
  const [taken] = await db.query<Taken>(sql`
    UPDATE oidc_session SET checking_until = now() + make_interval(secs => ${leaseSeconds})
     WHERE id = ${id} AND ended_at IS NULL AND checked_at <= now() - make_interval(secs => ${oidc.recheckSeconds})
       AND (checking_until IS NULL OR checking_until <= now())
       AND (retry_at IS NULL OR retry_at <= now())
    RETURNING person, sealed, userinfo_tells AS "userinfoTells", now() AS "askedAt"`);
  if (taken === undefined) return false;
  const opened = unseal(config.secret, id, taken.sealed);
  if (opened === null) return end(db, id, "its tokens cannot be read: the secret is another one");
  const tokens = storedTokens.parse(JSON.parse(opened));
  const [issuer = "", ...rest] = taken.person.split("#");
  const answer = await askIssuer(oidc, rest.join("#"), tokens, taken.userinfoTells, Date.now());
  if (answer.kind === "gone") return end(db, id, answer.why);
  if (answer.kind === "unreachable") {
    logger.warn({ why: answer.why }, "the sign-in service does not say who somebody is by now");
    await db.execute(sql`
      UPDATE oidc_session SET checking_until = NULL, retry_at = now() + make_interval(secs => ${retrySeconds})
       WHERE id = ${id}`);
    return false;
  }
  const identity = identityOf(answer.claims, issuer, config, oidc);
  if (identity === null) return end(db, id, "the service speaks of somebody else");
  await updateStanding(db, identity);
  await db.execute(sql`
    UPDATE oidc_session SET checked_at = ${taken.askedAt}, checking_until = NULL, retry_at = NULL,
                            sealed = ${seal(config.secret, id, JSON.stringify(answer.tokens))}
     WHERE id = ${id} AND ended_at IS NULL`);
  return true;
}

async function end(db: Queryable, id: string, why: string): Promise<boolean> {
  logger.info({ why }, "a session has ended");
  await db.execute(sql`
    UPDATE oidc_session SET ended_at = now(), ended_why = ${why}, sealed = '', checking_until = NULL
     WHERE id = ${id} AND ended_at IS NULL`);
  return true;
}

function isOf(oidc: OidcSettings, person: string): boolean {
  const withoutSlash = (text: string) => text.replace(/\/+$/, "");
  return withoutSlash(person.split("#")[0] ?? "") === withoutSlash(oidc.issuer);
}

function identityOf(claims: Record<string, unknown>, issuer: string, config: Asking, oidc: OidcSettings) {
  return identityFromClaims({ ...claims, iss: issuer }, { oidc, adminGroups: config.adminGroups });
}

/** Whether two say the same of what gives rights. */
function sameStanding(a: Identity, b: Identity): boolean {
  const standing = ({ subject, email, groups, administrator }: Identity) =>
    JSON.stringify([subject, email, [...groups].sort(), administrator]);
  return standing(a) === standing(b);
}
