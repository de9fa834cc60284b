import * as client from "openid-client";
import type { OidcSettings } from "@/lib/config/env";

/** The sign-in service's tokens of one session; secrets, all of them. */
export interface IssuerTokens {
  accessToken?: string;
  /** Until when it is good, ms since 1970; absent where the service did not say. */
  accessUntil?: number;
  refreshToken?: string;
}

/**
 * What the service says of somebody by now. `gone`: it will not speak of them with these tokens any more.
 * `unreachable`: it did not answer, or not about them.
 */
export type IssuerAnswer =
  | { kind: "claims"; claims: Record<string, unknown>; tokens: IssuerTokens }
  | { kind: "gone"; why: string }
  | { kind: "unreachable"; why: string };

/** One call; a check makes two at most, which fit into what a revocation may take. */
const callSeconds = 2.5;
/** An access token that is about to expire is not tried any more. */
const spareMs = 5_000;

const known = new Map<string, Promise<client.Configuration>>();

/** The service's metadata, read once; a failure is not kept. */
function configurationOf(oidc: OidcSettings): Promise<client.Configuration> {
  const key = JSON.stringify([oidc.issuer, oidc.clientId, oidc.clientSecret]);
  const found = known.get(key);
  if (found) return found;
  const { protocol } = new URL(oidc.issuer);
  const made = client.discovery(
    new URL(oidc.issuer),
    oidc.clientId,
    undefined,
    client.ClientSecretBasic(oidc.clientSecret),
    // Plain http is allowed by the settings on this machine only.
    { timeout: callSeconds, execute: protocol === "http:" ? [client.allowInsecureRequests] : [] },
  );
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}

/**
 * Asks who `subject` is by now: the userinfo endpoint where that says all (`userinfoTells`), else a new ID token for the
 * refresh token too. Never throws; tokens come back renewed where the service renewed them.
 */
export async function askIssuer(
  oidc: OidcSettings,
  subject: string,
  tokens: IssuerTokens,
  userinfoTells: boolean,
  now: number,
): Promise<IssuerAnswer> {
  try {
    const configuration = await configurationOf(oidc);
    const { accessToken, accessUntil = Number.POSITIVE_INFINITY } = tokens;
    if (userinfoTells && accessToken !== undefined && accessUntil - spareMs > now) {
      const claims = await userinfo(configuration, accessToken, subject);
      if (claims !== null) return { kind: "claims", claims, tokens };
    }
    return await refreshed(configuration, subject, tokens, userinfoTells, now);
  } catch (error) {
    return { kind: "unreachable", why: reasonIn(error) };
  }
}

async function refreshed(
  configuration: client.Configuration,
  subject: string,
  { refreshToken }: IssuerTokens,
  userinfoTells: boolean,
  now: number,
): Promise<IssuerAnswer> {
  if (refreshToken === undefined) return { kind: "gone", why: "there is no token left to ask with" };
  const answer = await client.refreshTokenGrant(configuration, refreshToken).catch((error: unknown) => {
    if (error instanceof client.ResponseBodyError && error.error === "invalid_grant") return null;
    throw error;
  });
  if (answer === null) return { kind: "gone", why: "the refresh token is not taken any more" };
  const tokens = tokensOf(answer, now, refreshToken);
  const idToken = answer.claims();
  if (idToken !== undefined && idToken.sub !== subject) return { kind: "gone", why: "the token is of somebody else" };
  if (!userinfoTells && idToken === undefined) return { kind: "gone", why: "a refresh gives no ID token" };
  const hasUserinfo = configuration.serverMetadata().userinfo_endpoint !== undefined;
  const more = hasUserinfo ? await userinfo(configuration, answer.access_token, subject) : null;
  if (more === null && idToken === undefined) return { kind: "gone", why: "a new access token is not taken" };
  return { kind: "claims", claims: { ...more, ...idToken }, tokens };
}

/** Null where the token is not taken (RFC 6750, section 3.1). Throws where the service did not answer. */
async function userinfo(configuration: client.Configuration, accessToken: string, subject: string) {
  try {
    return (await client.fetchUserInfo(configuration, accessToken, subject)) as Record<string, unknown>;
  } catch (error) {
    const { status } = error as { status?: number };
    const isRefused =
      error instanceof client.WWWAuthenticateChallengeError || error instanceof client.ResponseBodyError;
    if (isRefused && (status === 401 || status === 403)) return null;
    throw error;
  }
}

/** The tokens of an answer; a refresh token that is not renewed goes on. */
export function tokensOf(
  answer: { access_token?: string; expires_in?: number; refresh_token?: string },
  now: number,
  before?: string,
): IssuerTokens {
  const refreshToken = answer.refresh_token ?? before;
  return {
    ...(answer.access_token === undefined ? {} : { accessToken: answer.access_token }),
    ...(answer.expires_in === undefined ? {} : { accessUntil: now + answer.expires_in * 1_000 }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
  };
}

/** Codes and names only: a message may repeat what was sent. */
function reasonIn(error: unknown): string {
  const { name, code, cause } = error as { name?: string; code?: string; cause?: { code?: string } };
  return [name, code, cause?.code].filter((part) => typeof part === "string").join(" ");
}
