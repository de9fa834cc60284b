import { can } from "@/lib/auth/permissions";
import type { Grant, PersonPrincipal } from "@/lib/auth/principal";
import { grantsOf, readPeople } from "@/lib/auth/project-grants";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { instant } from "@/lib/queries/instant";

/** Somebody who has signed in and may see a project, with their roles in it at this moment. */
export interface PersonOfProject extends PersonPrincipal {
  /** The last sign-in; ISO 8601, UTC. */
  seenAt: string;
  grants: Grant[];
}

/** The people who have signed in and may see the project, by name; a thousand at most. */
export async function loadPeopleOf(db: Queryable, project: string): Promise<PersonOfProject[]> {
  const [row] = await db.query<{ file: unknown; people: Omit<PersonOfProject, "kind" | "grants">[] }>(
    sql`select (select document->'people' from project where name = ${project}) as file,
               coalesce((select json_agg(p order by p.name, p.id) from (
                 select id, name, email, groups, administrator,
                        ${instant(sql`seen_at`)} as "seenAt"
                   from person
                  where (revoked_at is null or revoked_at <= seen_at)
                    and not exists (select from revocation r where r.person = person.id and r.restored_at is null)
                  order by name, id limit 1000) p), '[]') as people`,
  );
  const policy = [{ project, people: readPeople(row?.file) }];
  return (row?.people ?? [])
    .map((person) => ({ ...person, kind: "person" as const, grants: grantsOf(person, policy) }))
    .filter((person) => can(person, "view", { project }));
}

/** Who did it, in words: `Rita Moreau`, `ci (token)`, `worker`. */
export function actorWords(actor: Actor): string {
  return actor.kind === "token" ? `${actor.name} (token)` : actor.name;
}
