import { cookies } from "next/headers";
import { cache } from "react";
import { authConfig } from "@/lib/auth/auth-config";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { personOfSession } from "@/lib/auth/request-principal";
import { readSession } from "@/lib/auth/session-cookie";
import { getPool } from "@/lib/db/pool";
import { Unauthenticated } from "@/lib/pipeline/errors";

/** Who is signed in, for pages and server actions, as they stand now; null for nobody. Asked once a request. */
export const currentPrincipal = cache(async (): Promise<PersonPrincipal | null> => {
  const jar = new Map((await cookies()).getAll().map(({ name, value }) => [name, value]));
  const claims = await readSession(jar, authConfig());
  return claims === null ? null : await personOfSession(getPool(), claims);
});

/** The same where nobody must not get on. Throws Unauthenticated. */
export async function requirePrincipal(): Promise<PersonPrincipal> {
  const principal = await currentPrincipal();
  if (principal === null) throw new Unauthenticated("no session");
  return principal;
}
