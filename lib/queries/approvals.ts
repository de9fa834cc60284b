import { visibleProjects } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { allSent } from "@/lib/db/all-sent";
import { type Queryable, sql } from "@/lib/db/sql";
import { isOpen } from "@/lib/pipeline/gates/gate";
import {
  type AskedFor,
  type SigningStanding,
  signatureCount,
  signingStanding,
  waitsForThem,
} from "@/lib/queries/approval-standing";
import { type AskedToTick, itemsToTick } from "@/lib/queries/items-to-tick";
import { loadOpenOverrides, type OverrideLine } from "@/lib/queries/overrides";
import { loadProposals, type ProposalView } from "@/lib/queries/proposals";
import { standingSignatures } from "@/lib/queries/standing-signatures";

/** An approval or the ticks of a checklist that are asked for, as a line of the inbox. Times are ISO 8601, UTC. */
export interface ApprovalLine {
  id: string;
  project: string;
  environment: string;
  services: string[];
  version: string;
  /** Of the plan that would be signed. */
  planHash: string;
  requestedBy: string;
  requestedAt: string;
  expiresAt: string;
  given: number;
  needed: number;
  /** Groups and addresses whose yes is asked for. */
  from: string[];
  standing: SigningStanding;
  /** Open items of its checklists that whoever looks may tick. */
  toTick: string[];
  /** What else it waits for: `soak: 2h in staging`. */
  alsoWaits: string[];
}

export interface ApprovalsView {
  asOf: string;
  /** Those that wait for the yes or a tick of whoever looks, the soonest to expire first. */
  mine: ApprovalLine[];
  /** Those that wait for others. */
  others: ApprovalLine[];
  /** Gates that somebody let pass and that nobody has reviewed, and those that ask for a second person. */
  overrides: OverrideLine[];
  /** Changes of what guards a protected environment, which wait for a second person. */
  proposals: ProposalView[];
  /** There are more than are listed. */
  cut: boolean;
}

type AskedRow = AskedFor &
  AskedToTick &
  Omit<ApprovalLine, "requestedBy" | "given" | "needed" | "from" | "standing" | "toTick" | "alsoWaits">;

const linesMax = 200;

/** What waits for somebody's signature or tick in the projects that the principal may see, and in sight. */
export async function loadApprovals(
  db: Queryable,
  principal: Principal,
  { projects, now }: { projects: readonly string[]; now: string },
): Promise<ApprovalsView> {
  const [rows, overrides, proposals] = await allSent([
    loadAsked(db, visibleProjects(principal, projects)),
    loadOpenOverrides(db, principal, projects),
    loadProposals(db, principal, projects, now),
  ]);
  const lines = rows.slice(0, linesMax).map((row) => lineOf(principal, row, now));
  return {
    asOf: now,
    mine: lines.filter(waitsForMe),
    others: lines.filter((line) => !waitsForMe(line) && line.standing !== "given" && line.standing !== "over"),
    overrides,
    proposals,
    cut: rows.length > linesMax,
  };
}

function waitsForMe({ standing, toTick }: Pick<ApprovalLine, "standing" | "toTick">): boolean {
  return waitsForThem(standing) || toTick.length > 0;
}

/** How many promotions wait for the yes or a tick of whoever looks. */
export function countMine(principal: Principal, asked: readonly AskedRow[], now: string): number {
  return asked.filter((row) => waitsForMe(lineOf(principal, row, now))).length;
}

/** The waiting promotions whose plan asks for a signature or a checklist, the soonest to expire first. */
export function loadAsked(db: Queryable, projects: readonly string[]): Promise<AskedRow[]> {
  return db.query<AskedRow>(
    sql`select id, project, environment, services, version, phase, plan_hash as "planHash",
               requested_by as "requestedBy", requested_at as "requestedAt", state->>'expiresAt' as "expiresAt",
               ${standingSignatures(sql`state`)} as approvals, coalesce(state->'ticks', '[]') as ticks,
               state->'plan'->'gates' as gates, state->'verdicts' as verdicts
          from promotion
         where ended_at is null and phase in ('waiting', 'queued') and project = any(${projects})
           and (state->'plan'->'gates' @> '[{"kind":"approval"}]'::jsonb
                or state->'plan'->'gates' @> '[{"kind":"checklist"}]'::jsonb)
         order by state->>'expiresAt', id
         limit ${linesMax + 1}`,
  );
}

function lineOf(principal: Principal, row: AskedRow, now: string): ApprovalLine {
  const { id, project, environment, services, version, planHash, requestedAt, expiresAt } = row;
  return {
    ...{ id, project, environment, services, version, planHash, requestedAt, expiresAt },
    requestedBy: row.requestedBy.name,
    ...signatureCount(row),
    from: [...new Set(row.gates.flatMap((gate) => (gate.kind === "approval" ? gate.from : [])))],
    standing: signingStanding(principal, row, now),
    toTick: itemsToTick(principal, row),
    alsoWaits: row.verdicts
      .filter((verdict) => !isOpen(verdict) && verdict.gate !== "approval")
      .map((verdict) => `${verdict.gate}: ${verdict.summary}`),
  };
}
