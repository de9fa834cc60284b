import type { Account, AuthOptions } from "next-auth";
import credentials from "next-auth/providers/credentials";
import type { IssuerTokens } from "@/lib/auth/ask-issuer";
import type { AuthConfig } from "@/lib/auth/auth-config";
import { DEMO_ISSUER, demoPeople } from "@/lib/auth/demo-people";
import { authTimeOf, identityFromClaims, OIDC_PROVIDER, oidcProvider } from "@/lib/auth/oidc";
import { closeOidcSession, openOidcSession } from "@/lib/auth/oidc-session";
import { type Identity, personId, recordSignIn } from "@/lib/auth/people";
import { SESSION_HOURS, sessionCookieName } from "@/lib/auth/session-cookie";
import type { Queryable } from "@/lib/db/sql";
import { Forbidden } from "@/lib/pipeline/errors";

export const DEMO_PROVIDER = "demo";

/** Where sign-in tells what went wrong; it never gets a token, a code or a cookie. */
export interface AuthLog {
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** How next-auth signs people in here: OIDC where it is set, the demo's people where the process is a demo. */
export function authOptions(db: Queryable, config: AuthConfig, log: AuthLog): AuthOptions {
  const secure = config.publicUrl.startsWith("https://");
  const sessionToken = {
    name: sessionCookieName(config.publicUrl),
    options: { httpOnly: true, sameSite: "lax", path: "/", secure },
  };
  return {
    providers: [
      ...(config.oidc === undefined ? [] : [oidcProvider(config.oidc)]),
      ...(config.demo ? [demoProvider()] : []),
    ],
    secret: config.secret,
    session: { strategy: "jwt", maxAge: SESSION_HOURS * 3_600 },
    useSecureCookies: secure,
    cookies: { sessionToken },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    callbacks: callbacks(db, config, log),
    events: {
      async signOut({ token }) {
        if (token?.sessionId !== undefined) await closeOidcSession(db, token.sessionId);
      },
    },
    logger: loggerFor(log),
  };
}

function callbacks(db: Queryable, config: AuthConfig, log: AuthLog): AuthOptions["callbacks"] {
  return {
    async signIn({ account, user, profile }) {
      const identity = identityOf(account?.provider, user.id, profile, config);
      if (identity === null) return false;
      try {
        await recordSignIn(db, identity);
        return true;
      } catch (error) {
        if (error instanceof Forbidden) return "/sign-in?error=Revoked";
        // next-auth would put the message of whatever is thrown here into the address bar.
        log.error({ err: error }, "a sign-in could not be recorded");
        return "/sign-in?error=Unavailable";
      }
    },
    // Only at a sign-in is there an account; later calls renew the cookie and may change nothing in it.
    async jwt({ token, account, user, profile }) {
      if (!account) return token;
      const identity = identityOf(account.provider, user.id, profile, config);
      if (identity === null) return {};
      const now = Date.now();
      const isOidc = account.provider === OIDC_PROVIDER;
      const authenticatedAt = isOidc ? authTimeOf({ ...profile }, now) : now;
      const sessionId = isOidc ? await openOidcSession(db, config, identity, tokensIn(account)) : undefined;
      return {
        ...(sessionId === undefined ? {} : { sessionId }),
        personId: personId(identity.issuer, identity.subject),
        ...{ signedInAt: now, name: identity.name },
        ...(authenticatedAt === undefined ? {} : { authenticatedAt }),
      };
    },
    // Groups stay in the database: they are read there at every request, and would not fit into a cookie.
    session({ session, token }) {
      return { ...session, user: { id: token.personId, name: token.name } };
    },
    redirect({ url, baseUrl }) {
      return URL.canParse(url, baseUrl) && new URL(url, baseUrl).origin === baseUrl
        ? new URL(url, baseUrl).href
        : baseUrl;
    },
  };
}

/** next-auth's account holds what the issuer's token endpoint answered; none of it goes into the cookie. */
function tokensIn(account: Account): IssuerTokens {
  const { access_token: accessToken, expires_at: seconds, refresh_token: refreshToken } = account;
  return {
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(seconds === undefined ? {} : { accessUntil: seconds * 1_000 }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
  };
}

function identityOf(
  provider: string | undefined,
  userId: string,
  profile: object | undefined,
  config: AuthConfig,
): Identity | null {
  if (provider === OIDC_PROVIDER && config.oidc !== undefined && profile !== undefined) {
    return identityFromClaims({ ...profile }, { oidc: config.oidc, adminGroups: config.adminGroups });
  }
  if (provider === DEMO_PROVIDER && config.demo) return demoIdentity(userId);
  return null;
}

function demoIdentity(subject: string): Identity | null {
  const person = demoPeople.find((known) => known.subject === subject);
  if (person === undefined) return null;
  const { name, email, groups, administrator } = person;
  return { issuer: DEMO_ISSUER, subject, name, email, groups: [...groups], administrator };
}

function demoProvider() {
  return credentials({
    id: DEMO_PROVIDER,
    name: "Demo",
    credentials: { person: { label: "Person" } },
    authorize: (given) => {
      const person = demoPeople.find(({ subject }) => subject === given?.person);
      return person === undefined ? null : { id: person.subject, name: person.name };
    },
  });
}

function loggerFor(log: AuthLog): AuthOptions["logger"] {
  return {
    error: (code, metadata) => {
      // What the issuer refused comes twice; the second time it is OAUTH_CALLBACK_ERROR.
      if (code === "OAUTH_CALLBACK_HANDLER_ERROR" && !(metadata instanceof Error)) return;
      log.error({ code, reason: reasonIn(metadata) }, "sign-in failed");
    },
    warn: (code) => log.warn({ code }, "sign-in is set up in a way that next-auth warns of"),
    debug: () => undefined,
  };
}

/** An error's message without the values that were compared: next-auth's metadata also holds tokens and profiles. */
function reasonIn(metadata: unknown): string {
  const holder = metadata instanceof Error ? metadata : (metadata as { error?: unknown } | undefined)?.error;
  return holder instanceof Error ? (holder.message.split(", expected")[0] ?? "") : "unknown";
}
