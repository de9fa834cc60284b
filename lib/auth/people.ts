import type { PersonPrincipal } from "@/lib/auth/principal";
import { grantsOf, type ProjectPeople, readPeople } from "@/lib/auth/project-grants";
import { type Queryable, sql } from "@/lib/db/sql";
import { Forbidden } from "@/lib/pipeline/errors";

/** Who the identity provider says somebody is. An address the provider does not vouch for is left empty. */
export interface Identity {
  issuer: string;
  subject: string;
  name: string;
  email: string;
  groups: string[];
  administrator: boolean;
}

/** An issuer has no fragment (OpenID Connect Discovery 1.0, section 3), so the first # ends it. */
export function personId(issuer: string, subject: string): string {
  return `${issuer}#${subject}`;
}

/**
 * Writes down who signed in and returns their id. Groups and standing are replaced by what the provider says now. Throws
 * Forbidden for somebody whose access is revoked, of whom nothing is written.
 */
export async function recordSignIn(db: Queryable, identity: Identity): Promise<string> {
  const { issuer, subject, name, email, groups, administrator } = identity;
  const id = personId(issuer, subject);
  const written = await db.execute(sql`
    INSERT INTO person (id, issuer, subject, name, email, groups, administrator, seen_at)
    SELECT ${id}, ${issuer}, ${subject}, ${name}, ${email}, ${groups}, ${administrator}, now()
     WHERE NOT EXISTS (SELECT FROM revocation WHERE person = ${id} AND restored_at IS NULL)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, groups = excluded.groups,
                                   administrator = excluded.administrator, seen_at = excluded.seen_at`);
  if (written === 0) throw new Forbidden(`the access of ${id} is revoked`);
  return id;
}

/** What the provider says of somebody by now, without a sign-in. */
export async function updateStanding(db: Queryable, identity: Identity): Promise<void> {
  const { issuer, subject, name, email, groups, administrator } = identity;
  await db.execute(sql`
    UPDATE person SET name = ${name}, email = ${email}, groups = ${groups}, administrator = ${administrator}
     WHERE id = ${personId(issuer, subject)}
       AND (person.name, person.email, person.groups, person.administrator)
           IS DISTINCT FROM (${name}, ${email}, ${groups}::text[], ${administrator}::boolean)`);
}

/** A person as stored, and what the check of a session or token needs beside. */
export interface StoredPerson {
  principal: PersonPrincipal;
  /** Sessions and tokens made before this moment are void; ISO 8601. */
  revokedAt: string | null;
}

/** One person with the grants of this moment; null for nobody, and for somebody whose access is revoked. */
export async function loadStoredPerson(db: Queryable, id: string): Promise<StoredPerson | null> {
  const [row] = await readRows(db, [id]);
  if (row === undefined) return null;
  const people = await currentPeople(db, row.database, row.projects ?? []);
  return { principal: asPrincipal(row, people), revokedAt: row.revokedAt };
}

/** One person with the grants of this moment; null for nobody, and for somebody whose access is revoked. */
export async function loadPerson(db: Queryable, id: string): Promise<PersonPrincipal | null> {
  return (await loadStoredPerson(db, id))?.principal ?? null;
}

/** A project and what changes when its document does. */
type ProjectStamp = readonly [project: string, fileVersion: number, createdAt: string];

interface PersonRow {
  id: string;
  name: string;
  email: string;
  groups: string[];
  administrator: boolean;
  revokedAt: string | null;
  database: string;
  projects: ProjectStamp[] | null;
}

function readRows(db: Queryable, ids: readonly string[]): Promise<PersonRow[]> {
  return db.query<PersonRow>(sql`
    SELECT id, name, email, groups, administrator, revoked_at AS "revokedAt",
           current_database() AS database,
           (SELECT json_agg(json_build_array(name, file_version, created_at)) FROM project) AS projects
      FROM person
     WHERE id = ANY(${ids})
       AND NOT EXISTS (SELECT FROM revocation r WHERE r.person = person.id AND r.restored_at IS NULL)`);
}

function asPrincipal(row: PersonRow, projects: readonly ProjectPeople[]): PersonPrincipal {
  const { id, name, email, groups, administrator } = row;
  return { kind: "person", id, name, email, groups, administrator, grants: grantsOf(row, projects) };
}

// A document may be megabytes, so its people are read again only when the stamp is another. Keyed by database too:
// one process may hold several.
const known = new Map<string, { stamp: string; people: ProjectPeople }>();

async function currentPeople(
  db: Queryable,
  database: string,
  projects: readonly ProjectStamp[],
): Promise<ProjectPeople[]> {
  const keyOf = (project: string) => `${database}/${project}`;
  const missing = projects
    .filter(([project, version, createdAt]) => known.get(keyOf(project))?.stamp !== `${version} ${createdAt}`)
    .map(([project]) => project);
  if (missing.length > 0) {
    const rows = await db.query<{ project: string; stamp: string; people: unknown }>(sql`
      SELECT name AS project, file_version || ' ' || (to_json(created_at) #>> '{}') AS stamp, document -> 'people' AS people
        FROM project
       WHERE name = ANY(${missing})`);
    for (const { project, stamp, people } of rows) {
      known.set(keyOf(project), { stamp, people: { project, people: readPeople(people) } });
    }
  }
  return projects.flatMap(([project]) => known.get(keyOf(project))?.people ?? []);
}
