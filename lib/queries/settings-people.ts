import { type Action, actionReach, actions, can, permissions } from "@/lib/auth/permissions";
import { EVERY_PROJECT, type Principal, personOf } from "@/lib/auth/principal";
import { readPeople } from "@/lib/auth/project-grants";
import { type Queryable, sql } from "@/lib/db/sql";
import { NotFound } from "@/lib/pipeline/errors";
import { roles as everyRole, type PersonRole, type Role } from "@/lib/pipeline/policy/project";
import { listRevoked } from "@/lib/queries/api/people";
import { actorWords, loadPeopleOf } from "@/lib/queries/people";
import { listTokens, type TokenView } from "@/lib/queries/tokens";

/** Somebody who has signed in, with what they may do here at this moment. */
export interface PersonView {
  id: string;
  name: string;
  /** "" for whoever may not configure the project, and where the sign-in service did not vouch for one. */
  email: string;
  groups: string[];
  seenAt: string;
  administrator: boolean;
  roles: { role: Role; environments: string[] | null }[];
  /** What they may do somewhere in the project; where only in some environments, which. */
  may: { action: Action; environments: string[] | null }[];
}

export interface PeopleView {
  asOf: string;
  project: string;
  /** What the project's file says, in its order, with its place there from 1. */
  rules: { line: number; rule: PersonRole }[];
  people: PersonView[];
  mayConfigure: boolean;
  /** Takes access away and gives it back: administrators of the installation. */
  mayAdminister: boolean;
  /** Who reads this. */
  self: string;
  /** Whose access is revoked, of the whole installation; empty for whoever does not administer it. */
  revoked: RevokedView[];
  roles: RoleTable;
}

export interface RevokedView {
  id: string;
  name: string;
  email: string;
  at: string;
  by: string;
  reason: string;
}

/** The one table of roles: what each may do, and how far it reaches. */
export interface RoleTable {
  roles: Role[];
  rows: { action: Action; reach: (typeof actionReach)[Action]; may: Role[] }[];
}

/** The roles that a project's file gives, and who has them by their last sign-in. Throws NotFound. */
export async function loadPeopleView(
  db: Queryable,
  principal: Principal,
  project: string,
  now: string,
): Promise<PeopleView> {
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project}`);
  const mayAdminister = can(principal, "administer", { instance: true });
  const [[row], people, revoked] = await Promise.all([
    db.query<{ people: unknown; environments: string[] }>(
      sql`select document->'people' as people,
                 array(select name from environment where project = ${project} order by position) as environments
            from project where name = ${project}`,
    ),
    loadPeopleOf(db, project),
    mayAdminister ? listRevoked(db) : [],
  ]);
  if (!row) throw new NotFound(`project ${project}`);
  const mayConfigure = can(principal, "configure", { project });
  return {
    asOf: now,
    project,
    rules: readPeople(row.people)
      .map((rule, index) => ({ line: index + 1, rule }))
      .filter(({ rule }) => mayConfigure || rule.kind === "group"),
    people: people.map((person) => ({
      id: person.id,
      name: person.name,
      email: mayConfigure ? person.email : "",
      groups: mayConfigure ? person.groups : [],
      seenAt: person.seenAt,
      administrator: person.administrator,
      roles: person.grants.map(({ role, environments }) => ({ role, environments })),
      may: effectiveRights(person, project, row.environments),
    })),
    mayConfigure,
    mayAdminister,
    self: personOf(principal).id,
    revoked: revoked.map(({ id, name, email, revoked: { at, by, reason } }) => {
      return { id, name, email, at, by: actorWords(by), reason };
    }),
    roles: roleTable(),
  };
}

/** Made from what every command asks, so that the page cannot say something else. */
function roleTable(): RoleTable {
  const roles = [...everyRole];
  const allows = (role: Role, action: Action) => (permissions[role] as readonly Action[]).includes(action);
  const rows = actions.map((action) => {
    return { action, reach: actionReach[action], may: roles.filter((role) => allows(role, action)) };
  });
  return { roles, rows };
}

/** What somebody may do in a project, by the same function that commands ask. */
export function effectiveRights(principal: Principal, project: string, environments: readonly string[]) {
  return actions.flatMap((action): PersonView["may"] => {
    if (actionReach[action] === "instance") return [];
    if (can(principal, action, { project })) return [{ action, environments: null }];
    const where = environments.filter((environment) => can(principal, action, { project, environment }));
    return where.length > 0 ? [{ action, environments: where }] : [];
  });
}

export interface TokensView {
  asOf: string;
  project: string;
  tokens: TokenView[];
  environments: string[];
  mayCreate: boolean;
  mayConfigure: boolean;
}

/** The tokens of a project, one's own or for its administrators all; of every project for administrators. */
export async function loadTokensView(
  db: Queryable,
  principal: Principal,
  project: string,
  now: string,
): Promise<TokensView> {
  const isEvery = project === EVERY_PROJECT;
  const mayAdminister = can(principal, "administer", { instance: true });
  if (isEvery ? !mayAdminister : !can(principal, "view", { project })) throw new NotFound(`project ${project}`);
  const [tokens, rows] = await Promise.all([
    listTokens(db, principal, project),
    db.query<{ name: string }>(sql`select name from environment where project = ${project} order by position`),
  ]);
  return {
    asOf: now,
    project,
    tokens,
    environments: rows.map((row) => row.name),
    mayCreate: isEvery ? mayAdminister : can(principal, "createToken", { project }),
    mayConfigure: isEvery ? mayAdminister : can(principal, "configure", { project }),
  };
}
