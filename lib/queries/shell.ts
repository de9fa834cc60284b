import { visibleProjects } from "@/lib/auth/permissions";
import { type PersonPrincipal, type Principal, personOf } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Role } from "@/lib/pipeline/policy/project";
import { countMine, loadAsked } from "@/lib/queries/approvals";
import { loadOpenOverrides } from "@/lib/queries/overrides";
import { loadProposals } from "@/lib/queries/proposals";

/** What stands around every page. */
export interface ShellView {
  asOf: string;
  person: { name: string; email: string; role: string };
  /** Every project that the person may see, by name. */
  projects: string[];
  counts: {
    /** Promotions under way or waiting. */
    open: number;
    /** Approvals and checklists that wait for this person. */
    mine: number;
  };
  /** Verified: every chain in sight was walked lately, each hash recomputed, and nothing was found wrong. */
  ledger: { entries: number; standing: "verified" | "unchecked" | "broken"; checkedAt: string | null };
}

/** The names of all projects that the principal may see, in order. */
export async function loadVisibleProjects(db: Queryable, principal: Principal): Promise<string[]> {
  const rows = await db.query<{ name: string }>(sql`select name from project order by name`);
  return visibleProjects(
    principal,
    rows.map((row) => row.name),
  );
}

/** The shell's facts over the projects in sight. */
export async function loadShell(
  db: Queryable,
  principal: Principal,
  { inSight, now }: { inSight?: readonly string[]; now: string },
): Promise<ShellView> {
  const projects = await loadVisibleProjects(db, principal);
  const looked = inSight ? projects.filter((project) => inSight.includes(project)) : projects;
  const [[open], asked, overrides, proposals, [ledger]] = await Promise.all([
    db.query<{ count: number }>(
      sql`select count(*) as count from promotion where ended_at is null and project = any(${looked})`,
    ),
    loadAsked(db, looked),
    loadOpenOverrides(db, principal, looked),
    loadProposals(db, principal, looked, now),
    db.query<LedgerFacts>(
      sql`select coalesce(sum(h.seq), 0)::int8 as entries, min(c.checked_at) as "checkedAt",
                 coalesce(bool_or(c.finding is not null), false) as broken,
                 coalesce(bool_and(coalesce(c.checked_at > now() - interval '10 minutes', false)), false) as checked
            from ledger_head h left join ledger_check c on c.project = h.project where h.project = any(${looked})`,
    ),
  ]);
  const person = personOf(principal);
  return {
    asOf: now,
    person: { name: person.name, email: person.email, role: roleWords(person) },
    projects,
    counts: {
      open: open?.count ?? 0,
      mine:
        countMine(principal, asked, now) +
        overrides.filter((one) => one.mayConfirm || one.mayReview).length +
        proposals.filter((one) => one.mayConfirm).length,
    },
    ledger: { entries: ledger?.entries ?? 0, standing: standingOf(ledger), checkedAt: ledger?.checkedAt ?? null },
  };
}

interface LedgerFacts {
  entries: number;
  checkedAt: string | null;
  broken: boolean;
  checked: boolean;
}

function standingOf(facts: LedgerFacts | undefined): ShellView["ledger"]["standing"] {
  if (facts?.broken) return "broken";
  return facts?.checked ? "verified" : "unchecked";
}

const words: Record<Role, string> = {
  administrator: "administrator",
  releaseManager: "release manager",
  approver: "approver",
  overrider: "overrider",
  viewer: "viewer",
};

/** What somebody is here for, in words: their roles over all projects, the one that may most first. */
export function roleWords(person: Pick<PersonPrincipal, "administrator" | "grants">): string {
  if (person.administrator) return words.administrator;
  const held = new Set(person.grants.map((grant) => grant.role));
  const order: Role[] = ["administrator", "releaseManager", "approver", "overrider", "viewer"];
  const told = order.filter((role) => held.has(role) && (role !== "viewer" || held.size === 1));
  return told.length === 0 ? "no role yet" : told.map((role) => words[role]).join(", ");
}
