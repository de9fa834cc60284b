import { can } from "@/lib/auth/permissions";
import { grantsOf } from "@/lib/auth/project-grants";
import { allSent } from "@/lib/db/all-sent";
import { type Queryable, sql } from "@/lib/db/sql";
import { loadProject } from "@/lib/facts/project";
import type { Actor } from "@/lib/pipeline/actor";
import type { GateEvidence, Standing, UpstreamSuccess } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Approval } from "@/lib/pipeline/promotion/state";

/** Who asked for a plan and who signed it so far; before a request, whoever looks at the preview. */
export interface SignedSoFar {
  requestedBy: Actor;
  requestedAt: string;
  given: Approval[];
}

/** The facts that the plan's gates judge, read at this moment, one query a kind, all at once. `db` may be a transaction. */
export async function loadGateEvidence(
  db: Queryable,
  plan: Plan,
  planHash: string,
  signed: SignedSoFar,
): Promise<GateEvidence> {
  const { project, environment } = plan;
  const services = plan.services.map((one) => one.service);
  const digests = plan.services.map((one) => one.to.digest);
  const kinds = new Set(plan.gates.map((gate) => gate.kind));
  const asksUpstream = kinds.has("upstream") || kinds.has("soak");
  const people = signed.given.map((one) => one.person);
  const [holds, blocks, successes, standings] = await allSent([
    kinds.has("hold") ? loadHolds(db, project, environment) : undefined,
    db.query<Block>(
      sql`select service, digest, reason, blocked_at as "blockedAt" from block
           where project = ${project} and environment = ${environment} and lifted_at is null
             and service = any(${services}) and digest = any(${digests})`,
    ),
    asksUpstream ? loadSuccesses(db, project, services, digests) : undefined,
    kinds.has("approval") ? loadStandings(db, project, environment, people) : undefined,
  ]);
  return { holds, blocks, successes, approvals: standings && { planHash, ...signed, standings } };
}

type Hold = NonNullable<GateEvidence["holds"]>[number];
type Block = NonNullable<GateEvidence["blocks"]>[number];

function loadHolds(db: Queryable, project: string, environment: string): Promise<Hold[]> {
  return db.query(
    sql`select environment, reason, held_by as "heldBy", held_at as "heldAt" from hold
         where project = ${project} and environment = ${environment} and lifted_at is null`,
  );
}

function loadSuccesses(
  db: Queryable,
  project: string,
  services: readonly string[],
  digests: readonly string[],
): Promise<UpstreamSuccess[]> {
  return db.query(
    sql`select distinct on (service, environment, digest)
               service, environment, digest, promotion, verified_at as "verifiedAt"
          from verification
         where project = ${project} and service = any(${services}) and digest = any(${digests})
         order by service, environment, digest, verified_at desc`,
  );
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
  const rows = await db.query<{
    id: string;
    name: string;
    email: string;
    groups: string[];
    administrator: boolean;
  }>(
    sql`select id, name, email, groups, administrator from person
         where id = any(${people}) and (revoked_at is null or revoked_at <= seen_at)`,
  );
  const stored = await loadProject(db, project);
  const policy = stored ? [{ project, people: stored.document.people }] : [];
  return rows.map((row) => {
    const principal = { kind: "person" as const, ...row, grants: grantsOf(row, policy) };
    const mayApprove = can(principal, "approve", { project, environment });
    return { person: row.id, email: row.email, groups: row.groups, mayApprove };
  });
}
