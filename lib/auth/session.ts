import { cookies, headers } from "next/headers";
import { cache } from "react";
import { authConfig } from "@/lib/auth/auth-config";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { personOfSession, requireSameOrigin } from "@/lib/auth/request-principal";
import { readSession } from "@/lib/auth/session-cookie";
import { getPool } from "@/lib/db/pool";
import { Unauthenticated } from "@/lib/pipeline/errors";

/** Who is signed in, for pages and server actions, as they stand now; null for nobody. Asked once a request. */
export const currentPrincipal = cache(async (): Promise<PersonPrincipal | null> => {
  const jar = new Map((await cookies()).getAll().map(({ name, value }) => [name, value]));
  const claims = await readSession(jar, authConfig());
  return claims === null ? null : await personOfSession(getPool(), claims, authConfig());
});

/**
 * The same for a server action, which nobody must not get on with. Throws Unauthenticated, and Forbidden for what does not
 * come from a page of ours: Next itself lets a missing and a `null` Origin pass.
 */
export async function requirePrincipal(): Promise<PersonPrincipal> {
  const principal = await currentPrincipal();
  if (principal === null) throw new Unauthenticated("no session");
  requireSameOrigin(await headers(), authConfig().publicUrl);
  return principal;
}
