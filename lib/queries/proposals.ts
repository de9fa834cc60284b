import { can, visibleProjects } from "@/lib/auth/permissions";
import { type Principal, personOf } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import type { FileChange } from "@/lib/queries/file-change";
import { actorWords } from "@/lib/queries/people";
import { projectsInSightOf } from "@/lib/queries/visible-projects";

/** A change of a project's file that waits for a second person. Times are ISO 8601, UTC. */
export interface ProposalView {
  id: string;
  project: string;
  /** The protected environments whose guard it changes. */
  environments: string[];
  fileHash: string;
  baseVersion: number;
  /** False where the file is another one by now: then it cannot be confirmed. */
  current: boolean;
  changes: FileChange[];
  proposedBy: string;
  proposedAt: string;
  expiresAt: string;
  /** Whether whoever looks may confirm it, which the command decides by the same rules, or reject it or take it back. */
  mayConfirm: boolean;
  mayReject: boolean;
}

type Row = Omit<ProposalView, "proposedBy" | "mayConfirm" | "mayReject"> & { proposedBy: Actor; proposer: string };

const proposalsMax = 100;

/** The proposals that are neither decided nor expired, the soonest to expire first. */
export async function loadProposals(
  db: Queryable,
  principal: Principal,
  projects: readonly string[],
  now: string,
): Promise<ProposalView[]> {
  const rows = await db.query<Row>(
    sql`select q.id, q.project, q.environments, q.file_hash as "fileHash", q.base_version as "baseVersion",
               p.file_version = q.base_version as current, q.changes, q.proposed_by as "proposedBy",
               q.proposed_at as "proposedAt", q.expires_at as "expiresAt", q.proposer
          from policy_proposal q join project p on p.name = q.project
         where q.project = any(${visibleProjects(principal, projects)}) and q.decided_at is null and q.expires_at > ${now}
         order by q.expires_at, q.id limit ${proposalsMax}`,
  );
  const me = personOf(principal).id;
  return rows.map(({ proposedBy, proposer, ...row }) => {
    const mayReject = can(principal, "configure", { project: row.project });
    return {
      ...row,
      proposedBy: actorWords(proposedBy),
      mayReject,
      mayConfirm: mayReject && row.current && proposer !== me,
    };
  });
}

/** The same for the API: of one project, or of every one that the principal may see. */
export async function listProposals(
  db: Queryable,
  principal: Principal,
  project: string | undefined,
  now: string,
): Promise<ProposalView[]> {
  const inSight = projectsInSightOf(principal, project === undefined ? undefined : [project]);
  const rows = inSight ? [] : await db.query<{ name: string }>(sql`select name from project`);
  return loadProposals(db, principal, inSight ?? rows.map((one) => one.name), now);
}
