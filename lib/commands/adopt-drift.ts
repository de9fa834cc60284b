import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { why } from "@/lib/commands/tell-promotion";
import { sql } from "@/lib/db/sql";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { parseInput } from "@/lib/pipeline/errors";
import type { Digest } from "@/lib/pipeline/release/digest";

export const driftInput = z.strictObject({
  project: z.string().min(1).max(63),
  environment: z.string().min(1).max(63),
  service: z.string().min(1).max(63),
  /** The drifted digest that was looked at: another one by now is refused. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits"),
  why,
});

export interface Adopted {
  kind: "adopted";
  digest: Digest;
}

/**
 * Declares what was found running to be what should run. It is not verified by that, and no rollback goes to it. What is
 * blocked there cannot be adopted: lifting a block is another right.
 */
export async function adoptDrift(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Adopted | Refusal> {
  const input = parseInput(driftInput, raw);
  const { project, environment, service } = input;
  mustBeAbleTo(principal, "adoptDrift", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const [row] = await tx.query<{
      digest: Digest;
      version: string | null;
      release: string | null;
      open: string | null;
      phase: string | null;
      blocked: string | null;
    }>(
      // Named by its own digest: the pods may still run another one.
      sql`select d.drift_digest as digest, a.version, a.release, d.open_promotion as open, d.open_phase as phase,
                 (select b.reason from block b where b.project = d.project and b.service = d.service
                     and b.environment = d.environment and b.digest = d.drift_digest and b.lifted_at is null) as blocked
            from deployment d
            left join lateral (
              select coalesce(a.version, a.release) as version, a.release from artifact a
               where a.project = d.project and a.service = d.service and a.digest = d.drift_digest
               order by a.release limit 1) a on true
           where d.project = ${project} and d.environment = ${environment} and d.service = ${service}
             and d.drift_digest is not null`,
    );
    if (!row)
      return { kind: "rejection", code: "noDrift", message: `${service} in ${environment} runs what it should` };
    if (row.digest !== input.digest) {
      return { kind: "rejection", code: "driftChanged", message: "something else runs by now: look at it again" };
    }
    if (row.open && !["waiting", "queued"].includes(row.phase ?? "")) {
      return { kind: "rejection", code: "busy", message: `${row.open} is under way there`, promotion: row.open };
    }
    if (row.blocked !== null) {
      return { kind: "rejection", code: "blocked", message: `it is blocked in ${environment}: ${row.blocked}` };
    }
    const at = context.now();
    await tx.execute(
      sql`update deployment set wanted_digest = ${row.digest}, wanted_version = ${row.version}, wanted_release = ${row.release},
                 wanted_promotion = null, wanted_since = ${at}, drift_digest = null, drift_since = null
           where project = ${project} and environment = ${environment} and service = ${service}`,
    );
    const data = { service, digest: row.digest, version: row.version, why: input.why };
    await tx.append([
      { kind: "drift.adopted", data, at, actor: actorOf(principal), subject: { environment, service } },
    ]);
    await wakeWaiting(tx, project);
    return { kind: "adopted", digest: row.digest };
  });
}
