import { can } from "@/lib/auth/permissions";
import { grantsOf } from "@/lib/auth/project-grants";
import { type Queryable, sql } from "@/lib/db/sql";
import { type Asked, distinct, type LoadEvidence, type SignedSoFar } from "@/lib/facts/evidence/asked";
import { loadProject } from "@/lib/facts/project";
import type { Standing } from "@/lib/pipeline/gates/gate";
import type { Tick } from "@/lib/pipeline/promotion/state";

interface PersonRow {
  id: string;
  name: string;
  email: string;
  groups: string[];
  administrator: boolean;
  /** What they signed until then counts no more; null where nobody revoked their access. */
  revokedAt: string | null;
}

/** Who signed, and what each of them may do in the plan's environment at this moment. */
export const loadApprovals: LoadEvidence<"approvals"> = async (db, asked) => {
  const said = await loadSaid(db, asked, ({ given }) => given);
  return (one) => {
    const { requestedBy, requestedAt } = one.signed;
    const { counts: given, standings } = said(one);
    return { planHash: one.planHash, requestedBy, requestedAt, given, standings };
  };
};

/** Who ticked items of checklists, and the same of each of them. */
export const loadChecklists: LoadEvidence<"checklists"> = async (db, asked) => {
  const said = await loadSaid(db, asked, ({ ticks }) => ticks ?? []);
  return (one) => {
    const { counts: ticks, standings } = said(one);
    const requested = one.promotion !== null;
    return { planHash: one.planHash, requestedBy: one.signed.requestedBy, requested, ticks, standings };
  };
};

/** Of each plan what people said to it, without what is void, and where they stand. */
async function loadSaid<Said extends { person: string; at: string }>(
  db: Queryable,
  asked: readonly Asked[],
  saidTo: (signed: SignedSoFar) => readonly Said[],
): Promise<(one: Asked) => { counts: Said[]; standings: Standing[] }> {
  const people = await loadPeople(db, distinct(asked.flatMap(({ signed }) => saidTo(signed).map((one) => one.person))));
  const standingsIn = await loadStandingsIn(db, distinct(asked.map(({ plan }) => plan.project)), people);
  return ({ plan, signed }) => {
    const said = saidTo(signed);
    const named = new Set(said.map((one) => one.person));
    const standings = standingsIn(plan.project, plan.environment).filter((one) => named.has(one.person));
    return { counts: said.filter((one) => !isVoid(one, people)), standings };
  };
}

/** The ticks of a promotion that are not void, and where those stand who gave them, and `others` beside them. */
export async function loadTicks(
  db: Queryable,
  project: string,
  environment: string,
  said: readonly Tick[],
  others: readonly string[],
): Promise<{ ticks: Tick[]; standings: Standing[] }> {
  const people = await loadPeople(db, distinct([...others, ...said.map((one) => one.person)]));
  const standingsIn = await loadStandingsIn(db, [project], people);
  return { ticks: said.filter((one) => !isVoid(one, people)), standings: standingsIn(project, environment) };
}

/** What of it still counts: all but what somebody said before their access was revoked. */
export async function withoutVoid<Said extends { person: string; at: string }>(
  db: Queryable,
  said: readonly Said[],
): Promise<Said[]> {
  const people = await loadPeople(db, distinct(said.map((one) => one.person)));
  return said.filter((one) => !isVoid(one, people));
}

/**
 * What people may do in an environment at this moment, by the groups of their last sign-in and the project file as it
 * is now. Somebody unknown or revoked is left out: absent is unknown, and does not count.
 */
export async function loadStandings(
  db: Queryable,
  project: string,
  environment: string,
  people: readonly string[],
): Promise<Standing[]> {
  if (people.length === 0) return [];
  const standingsIn = await loadStandingsIn(db, [project], await loadPeople(db, people));
  return standingsIn(project, environment);
}

async function loadPeople(db: Queryable, people: readonly string[]): Promise<PersonRow[]> {
  if (people.length === 0) return [];
  return db.query(
    sql`select id, name, email, groups, administrator, revoked_at as "revokedAt" from person
         where id = any(${[...people]}) and (revoked_at is null or revoked_at <= seen_at)
           and not exists (select from revocation r where r.person = person.id and r.restored_at is null)`,
  );
}

/** What somebody said whose access was revoked after it; restoring them does not bring it back. */
function isVoid({ person, at }: { person: string; at: string }, people: readonly PersonRow[]): boolean {
  const revokedAt = people.find((one) => one.id === person)?.revokedAt ?? null;
  return revokedAt !== null && Date.parse(at) <= Date.parse(revokedAt);
}

async function loadStandingsIn(db: Queryable, projects: readonly string[], people: readonly PersonRow[]) {
  const policies = new Map<string, Awaited<ReturnType<typeof loadProject>>>();
  if (people.length > 0) for (const project of projects) policies.set(project, await loadProject(db, project));
  const known = new Map<string, Standing[]>();
  return (project: string, environment: string): Standing[] => {
    const place = `${project}/${environment}`;
    const before = known.get(place);
    if (before) return before;
    const stored = policies.get(project);
    const policy = stored ? [{ project, people: stored.document.people }] : [];
    const standings = people.map((row) => {
      const principal = { kind: "person" as const, ...row, grants: grantsOf(row, policy) };
      const scope = { project, environment };
      const [mayApprove, mayTick] = [can(principal, "approve", scope), can(principal, "tick", scope)];
      return { person: row.id, email: row.email, groups: row.groups, mayApprove, mayTick };
    });
    known.set(place, standings);
    return standings;
  };
}
