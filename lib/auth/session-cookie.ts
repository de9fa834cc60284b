import { decode } from "next-auth/jwt";
import { z } from "zod";

/** A session ends this long after the sign-in, whatever happens in between. */
export const SESSION_HOURS = 12;

/** Claims of the session beside next-auth's own. `signedInAt` is ours: next-auth renews `iat`. */
const sessionClaims = z.object({
  personId: z.string().min(1),
  signedInAt: z.int().positive(),
  authenticatedAt: z.int().positive().optional(),
  sessionId: z.uuid().optional(),
});

export interface SessionClaims {
  personId: string;
  /** Milliseconds since 1970. */
  signedInAt: number;
  /** When the sign-in service last asked who they are (`auth_time`), ms since 1970; absent where it did not say. */
  authenticatedAt?: number;
  /** Of a session that the sign-in service is asked about again (`oidc_session`). */
  sessionId?: string;
}

/** A name of our own: cookies do not know ports, and something else on 127.0.0.1 may use next-auth too. */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith("https://") ? "__Host-waybill.session" : "waybill.session";
}

/** The claims in the encrypted session cookie; null for none, a foreign, a changed and an expired one. */
export async function readSession(
  cookies: ReadonlyMap<string, string>,
  config: { secret: string; publicUrl: string },
  now = Date.now(),
): Promise<SessionClaims | null> {
  const token = assemble(cookies, sessionCookieName(config.publicUrl));
  if (token === "") return null;
  // decode throws for whatever it cannot decrypt, and for what is past its exp.
  const payload = await decode({ token, secret: config.secret }).catch(() => null);
  const claims = sessionClaims.safeParse(payload);
  if (!claims.success) return null;
  const age = now - claims.data.signedInAt;
  return age > SESSION_HOURS * 3_600_000 || age < -60_000 ? null : claims.data;
}

/** next-auth cuts a long cookie into `name.0`, `name.1`, …; the one name or the pieces in order. */
function assemble(cookies: ReadonlyMap<string, string>, name: string): string {
  const whole = cookies.get(name);
  if (whole !== undefined) return whole;
  let text = "";
  for (let piece = 0; piece < 16; piece++) {
    const part = cookies.get(`${name}.${piece}`);
    if (part === undefined) break;
    text += part;
  }
  return text;
}

/** A Cookie header as a map; of a name that comes twice the first counts. */
export function parseCookies(header: string | null): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at < 1) continue;
    const name = pair.slice(0, at).trim();
    if (!cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}
