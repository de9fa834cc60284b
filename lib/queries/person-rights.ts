import { type Action, actionReach, actions, can, visibleProjects } from "@/lib/auth/permissions";
import type { PersonPrincipal, Principal } from "@/lib/auth/principal";
import { fitsPerson, grantsOf, readPeople } from "@/lib/auth/project-grants";
import { type Queryable, sql } from "@/lib/db/sql";
import { NotFound } from "@/lib/pipeline/errors";
import type { PersonRole, Role } from "@/lib/pipeline/policy/project";

/** What gives somebody a right. `line` counts the people of the project's file from 1. */
export type RightSource =
  | { kind: "installation" }
  | { kind: "group"; group: string; role: Role; line: number }
  | { kind: "address"; role: Role; line: number };

/** Rights that somebody has in the same places by the same lines. */
export interface RightsRow {
  actions: Action[];
  /** Null: everywhere in the project. */
  environments: string[] | null;
  by: RightSource[];
}

export interface PersonRightsView {
  asOf: string;
  id: string;
  name: string;
  /** "" and empty for whoever configures none of the projects below. */
  email: string;
  groups: string[];
  administrator: boolean;
  seenAt: string;
  /** The projects that both the reader and the person see, by name. */
  projects: { project: string; title: string; rights: RightsRow[] }[];
}

interface Row {
  person: (Omit<PersonPrincipal, "kind" | "grants"> & { seenAt: string }) | null;
  projects: { project: string; title: string; people: unknown; environments: string[] }[];
}

/**
 * Every right of one person in every project that the reader sees, with the group or line of the file that gives it.
 * Throws NotFound for nobody, somebody revoked, and somebody of none of these projects.
 */
export async function loadPersonRights(
  db: Queryable,
  principal: Principal,
  id: string,
  now: string,
): Promise<PersonRightsView> {
  const { person, projects } = await readRow(db, id);
  if (!person) throw new NotFound(`person ${id}`);
  const seen = new Set(
    visibleProjects(
      principal,
      projects.map((one) => one.project),
    ),
  );
  const shown = projects
    .filter((one) => seen.has(one.project))
    .map(({ project, title, people, environments }) => {
      return { project, title, rights: rightsOf(person, project, environments, readPeople(people)) };
    })
    .filter((one) => one.rights.length > 0);
  if (shown.length === 0) throw new NotFound(`person ${id}`);
  const maySeeWho = shown.some(({ project }) => can(principal, "configure", { project }));
  const { name, email, groups, administrator, seenAt } = person;
  return {
    ...{ asOf: now, id, name, administrator, seenAt, projects: shown },
    ...(maySeeWho ? { email, groups } : { email: "", groups: [] }),
  };
}

async function readRow(db: Queryable, id: string): Promise<Row> {
  const [people, projects] = await Promise.all([
    db.query<NonNullable<Row["person"]>>(
      sql`select id, name, email, groups, administrator, seen_at as "seenAt" from person
           where id = ${id} and (revoked_at is null or revoked_at <= seen_at)
             and not exists (select from revocation r where r.person = person.id and r.restored_at is null)`,
    ),
    db.query<Row["projects"][number]>(
      sql`select p.name as project, p.title, p.document->'people' as people,
                 array(select e.name from environment e where e.project = p.name order by e.position) as environments
            from project p order by p.name`,
    ),
  ]);
  return { person: people[0] ?? null, projects };
}

/** The rights of somebody in a project, each asked of `can` for each line of the file that is about them. */
export function rightsOf(
  person: Pick<PersonPrincipal, "id" | "name" | "email" | "groups" | "administrator">,
  project: string,
  environments: readonly string[],
  lines: readonly PersonRole[],
): RightsRow[] {
  const sources = sourcesOf(person, project, lines);
  const rows = new Map<string, RightsRow>();
  for (const action of actions) {
    if (actionReach[action] === "instance") continue;
    const places = actionReach[action] === "environment" ? environments : [undefined];
    const byLines = new Map<string, { by: RightSource[]; environments: string[] }>();
    for (const environment of places) {
      const by = sources
        .filter((one) => can(one.alone, action, { project, ...(environment ? { environment } : {}) }))
        .map((one) => one.source);
      if (by.length === 0) continue;
      const key = JSON.stringify(by);
      const place = byLines.get(key) ?? { by, environments: [] };
      if (environment) place.environments.push(environment);
      byLines.set(key, place);
    }
    for (const [key, place] of byLines) {
      const isEverywhere = place.environments.length === 0 || place.environments.length === environments.length;
      const where = isEverywhere ? null : place.environments;
      const row = rows.get(`${key} ${where}`) ?? { actions: [], environments: where, by: place.by };
      row.actions.push(action);
      rows.set(`${key} ${where}`, row);
    }
  }
  return [...rows.values()];
}

/** Each thing that gives them rights, with the person as they would be by it alone. */
function sourcesOf(
  person: Pick<PersonPrincipal, "id" | "name" | "email" | "groups" | "administrator">,
  project: string,
  lines: readonly PersonRole[],
): { source: RightSource; alone: PersonPrincipal }[] {
  const base = { ...person, kind: "person" as const };
  const ofFile = lines.flatMap((item, index) => {
    if (!fitsPerson(item, person)) return [];
    const { role } = item;
    const line = index + 1;
    const source: RightSource =
      item.kind === "group" ? { kind: "group", group: item.group, role, line } : { kind: "address", role, line };
    const grants = grantsOf(person, [{ project, people: [item] }]);
    return [{ source, alone: { ...base, administrator: false, grants } }];
  });
  if (!person.administrator) return ofFile;
  return [{ source: { kind: "installation" }, alone: { ...base, grants: [] } }, ...ofFile];
}
