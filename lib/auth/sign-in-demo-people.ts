import { DEMO_ISSUER, type DemoSubject, demoPeople } from "@/lib/auth/demo-people";
import { loadPerson, personId, recordSignIn } from "@/lib/auth/people";
import type { PersonPrincipal } from "@/lib/auth/principal";
import type { Pool } from "@/lib/db/pool";

/**
 * Signs the demo's people in, and answers them with the rights that they have now: those of a project that is applied later
 * they have once they are signed in again.
 */
export async function signInDemoPeople(pool: Pool): Promise<Record<DemoSubject, PersonPrincipal>> {
  const found = new Map<DemoSubject, PersonPrincipal>();
  for (const { subject, name, email, groups, administrator } of demoPeople) {
    await recordSignIn(pool, { issuer: DEMO_ISSUER, subject, name, email, groups, administrator });
    const person = await loadPerson(pool, personId(DEMO_ISSUER, subject));
    if (!person) throw new Error(`${name} is not known though they signed in`);
    found.set(subject, person);
  }
  return Object.fromEntries(found) as Record<DemoSubject, PersonPrincipal>;
}
