import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";
import type { AuthConfig } from "@/lib/auth/auth-config";
import type { Identity } from "@/lib/auth/people";
import { outsideText } from "@/lib/pipeline/plain-text";

export const OIDC_PROVIDER = "oidc";

type OidcSettings = NonNullable<AuthConfig["oidc"]>;
type Claims = Record<string, unknown>;

/** Sign-in at an OpenID Connect issuer: the code flow with PKCE, state and nonce; the ID token is checked. */
export function oidcProvider(oidc: OidcSettings): OAuthConfig<Claims> {
  return {
    id: OIDC_PROVIDER,
    name: oidc.label,
    type: "oauth",
    wellKnown: `${oidc.issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    authorization: { params: { scope: oidc.scope ?? scopeFor(oidc.groupsClaim) } },
    userinfo: {
      request: async ({ tokens, client }) =>
        claimsOf(tokens.id_token, () => client.userinfo(tokens.access_token ?? "")),
    },
    profile: (claims) => ({ id: String(claims.sub ?? "") }),
  };
}

/** Many issuers know a scope `groups` for a claim of that name; with another claim's name they may refuse it. */
function scopeFor(groupsClaim: string): string {
  return groupsClaim === "groups" ? "openid profile email groups" : "openid profile email";
}

/**
 * The claims of a checked ID token, and of the userinfo endpoint where that says more: by default an issuer puts a
 * scope's claims only there (OpenID Connect Core 1.0, section 5.4). What the ID token says counts.
 */
async function claimsOf(idToken: string | undefined, userinfo: () => Promise<Claims>): Promise<Claims> {
  const checked = payloadOf(idToken);
  const more = await userinfo().catch((): Claims => ({}));
  // Section 5.3.2: claims of another subject must not be used.
  return more.sub === checked.sub ? { ...more, ...checked } : checked;
}

/** Read, not checked: next-auth's client has checked signature, issuer, audience, expiry and nonce before. */
function payloadOf(idToken: string | undefined): Claims {
  const payload = idToken?.split(".")[1];
  if (payload === undefined) throw new Error("the issuer sent no ID token");
  return z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
}

/**
 * When the issuer last asked who somebody is, in ms: the claim `auth_time`, in seconds, which a sign-in again with
 * `max_age` must carry (OpenID Connect Core 1.0, section 2). Undefined where it does not say, or says the future.
 */
export function authTimeOf(claims: Claims, now: number): number | undefined {
  const { auth_time: seconds } = claims;
  if (typeof seconds !== "number" || !Number.isSafeInteger(seconds) || seconds <= 0) return undefined;
  return seconds * 1_000 > now + 60_000 ? undefined : Math.min(seconds * 1_000, now);
}

const groupsMax = 1_000;

/**
 * Who the claims say somebody is; null where they are of another issuer than the one that was set, or without subject.
 * An e-mail address counts only if the issuer says that it verified it.
 */
export function identityFromClaims(
  claims: Claims,
  config: { oidc: OidcSettings; adminGroups: readonly string[] },
): Identity | null {
  const withoutSlash = (text: unknown) => (typeof text === "string" ? text.replace(/\/+$/, "") : undefined);
  const { sub: subject, iss: issuer } = claims;
  if (typeof subject !== "string" || subject === "" || typeof issuer !== "string") return null;
  if (withoutSlash(issuer) !== withoutSlash(config.oidc.issuer)) return null;
  const text = (value: unknown) => (typeof value === "string" ? outsideText(value).slice(0, 200) : "");
  const groups = groupsIn(claims[config.oidc.groupsClaim]);
  return {
    issuer,
    subject,
    name: text(claims.name) || text(claims.preferred_username) || text(claims.email) || subject.slice(0, 200),
    email: claims.email_verified === true ? text(claims.email) : "",
    groups,
    administrator: groups.some((group) => config.adminGroups.includes(group)),
  };
}

function groupsIn(claim: unknown): string[] {
  const list = typeof claim === "string" ? [claim] : Array.isArray(claim) ? claim : [];
  const names = list.filter((item): item is string => typeof item === "string" && item !== "");
  return [...new Set(names)].slice(0, groupsMax);
}
