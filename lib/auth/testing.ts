import { randomUUID } from "node:crypto";
import { encode } from "next-auth/jwt";
import type { AuthConfig } from "@/lib/auth/auth-config";
import { type Identity, recordSignIn } from "@/lib/auth/people";
import { sessionCookieName } from "@/lib/auth/session-cookie";
import { json, type Queryable, sql } from "@/lib/db/sql";
import type { PersonRole } from "@/lib/pipeline/policy/project";

/** Settings of sign-in for tests. */
export function testAuthConfig(over: Partial<AuthConfig> = {}): AuthConfig {
  const secret = "test-secret-of-more-than-thirty-two-characters";
  return { secret, publicUrl: "http://127.0.0.1:3000", demo: false, oidc: undefined, adminGroups: [], ...over };
}

/** A stored project with these people and environments, as applying a file leaves it. */
export async function storeProject(
  db: Queryable,
  project: { name: string; people: PersonRole[]; environments?: string[]; fileVersion?: number },
): Promise<void> {
  const { name, people, environments = [], fileVersion = 1 } = project;
  await db.execute(sql`
    INSERT INTO project (name, title, file_version, document)
    VALUES (${name}, ${name}, ${fileVersion}, ${json({ name, title: name, people, environments: [], services: [] })}::jsonb)
    ON CONFLICT (name) DO UPDATE SET file_version = excluded.file_version, document = excluded.document`);
  for (const [position, environment] of environments.entries()) {
    await db.execute(sql`
      INSERT INTO environment (project, name, position, protected) VALUES (${name}, ${environment}, ${position}, false)
      ON CONFLICT DO NOTHING`);
  }
}

/** Somebody who signed in; returns their id. */
export async function storePerson(db: Queryable, over: Partial<Identity> = {}): Promise<string> {
  const base = { issuer: "https://idp.example.org", subject: randomUUID(), name: "Rita", email: "rita@example.org" };
  return recordSignIn(db, { ...base, groups: [], administrator: false, ...over });
}

/** The Cookie header of a session as the sign-in makes it. */
export async function sessionCookie(
  config: AuthConfig,
  claims: { personId: string; signedInAt?: number; authenticatedAt?: number; sessionId?: string },
  maxAgeSeconds = 3_600,
): Promise<string> {
  const token = { signedInAt: Date.now(), ...claims };
  return `${sessionCookieName(config.publicUrl)}=${await encode({ token, secret: config.secret, maxAge: maxAgeSeconds })}`;
}
