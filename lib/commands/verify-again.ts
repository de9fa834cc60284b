import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import { digestPlace } from "@/lib/commands/block";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { json, sql } from "@/lib/db/sql";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { parseInput } from "@/lib/pipeline/errors";
import type { Digest } from "@/lib/pipeline/release/digest";

export const verifyAgainInput = z.strictObject(digestPlace);

export interface VerifyingAgain {
  kind: "verifyingAgain";
  id: string;
  digest: Digest;
}

/**
 * Asks for the environment's checks once more against what runs there; the worker makes them. What fails blocks the digest
 * there and takes its success back. Refused while a promotion is under way, where something else than what should runs,
 * and where nothing was promoted.
 */
export async function verifyAgain(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<VerifyingAgain | Refusal> {
  const { project, environment, service } = parseInput(verifyAgainInput, raw);
  mustBeAbleTo(principal, "promote", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const [row] = await tx.query<{
      digest: Digest | null;
      drifted: boolean;
      active: string | null;
      due: string | null;
    }>(
      sql`select d.wanted_digest as digest, d.drift_digest is not null as drifted,
                 (select r.promotion from rollout r where r.project = d.project and r.service = d.service
                     and r.environment = d.environment and r.active) as active,
                 (select v.id from reverification v where v.project = d.project and v.service = d.service
                     and v.environment = d.environment and v.status = 'due') as due
            from deployment d
           where d.project = ${project} and d.environment = ${environment} and d.service = ${service}`,
    );
    if (!row) return { kind: "rejection", code: "noTarget", message: `${service} has no target in ${environment}` };
    if (row.active !== null) {
      return { kind: "rejection", code: "busy", message: `${row.active} is under way there`, promotion: row.active };
    }
    if (row.digest === null) {
      return { kind: "rejection", code: "nothingRuns", message: `nothing was promoted to ${environment} yet` };
    }
    if (row.drifted) {
      const message = `${service} was changed by hand in ${environment}: adopt or revert that first`;
      return { kind: "rejection", code: "drifted", message };
    }
    if (row.due !== null) return { kind: "rejection", code: "underWay", message: "it is verified again already" };
    const { digest } = row;
    const id = `${project}:${environment}:${service}:${tx.head.seq + 1}`;
    const at = context.now();
    const actor = actorOf(principal);
    await tx.execute(
      sql`insert into reverification (id, project, service, environment, digest, requested_by, requested_at)
          values (${id}, ${project}, ${service}, ${environment}, ${digest}, ${json(actor)}::jsonb, ${at})`,
    );
    const subject = { environment, service };
    await tx.append([{ kind: "reverification.requested", data: { id, service, digest }, at, actor, subject }]);
    return { kind: "verifyingAgain", id, digest };
  });
}
