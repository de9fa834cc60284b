import { can } from "@/lib/auth/permissions";
import { grantsOf } from "@/lib/auth/project-grants";
import { type Queryable, sql } from "@/lib/db/sql";
import { distinct, type LoadEvidence } from "@/lib/facts/evidence/asked";
import { loadProject } from "@/lib/facts/project";
import type { Standing } from "@/lib/pipeline/gates/gate";

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
  const people = await loadPeople(db, distinct(asked.flatMap(({ signed }) => signed.given.map((one) => one.person))));
  const standingsIn = await loadStandingsIn(db, distinct(asked.map(({ plan }) => plan.project)), people);
  return ({ plan, planHash, signed }) => {
    const signers = new Set(signed.given.map((one) => one.person));
    const standings = standingsIn(plan.project, plan.environment).filter((one) => signers.has(one.person));
    const { requestedBy, requestedAt } = signed;
    const given = signed.given.filter((one) => !isVoid(one, people));
    return { planHash, requestedBy, requestedAt, given, standings };
  };
};

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

/** A signature of somebody whose access was revoked after it; restoring them does not bring it back. */
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
      const mayApprove = can(principal, "approve", { project, environment });
      return { person: row.id, email: row.email, groups: row.groups, mayApprove };
    });
    known.set(place, standings);
    return standings;
  };
}
