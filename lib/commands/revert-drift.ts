import { randomUUID } from "node:crypto";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import { driftInput } from "@/lib/commands/adopt-drift";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { hashRequest, type Requested, startPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { assess } from "@/lib/facts/assess";
import { refusalOf } from "@/lib/facts/refusal";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { parseInput } from "@/lib/pipeline/errors";
import type { PlannedArtifact } from "@/lib/pipeline/plan/build-plan";

/**
 * Brings a service that was changed by hand back to what the ledger says should run: a promotion of kind rollback to
 * exactly that digest, seen and recorded like any other.
 */
export async function revertDrift(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Requested | Refusal> {
  const input = parseInput(driftInput, raw);
  const { project, environment, service } = input;
  mustBeAbleTo(principal, "revertDrift", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const now = context.now();
    const [row] = await tx.query<
      PlannedArtifact & { drift: string; release: string | null; undoes: string | null; active: string | null }
    >(
      sql`select d.service, d.drift_digest as drift, d.wanted_digest as digest, coalesce(d.wanted_version, '') as version,
                 d.wanted_release as release, d.wanted_promotion as undoes,
                 (select r.promotion from rollout r where r.project = d.project and r.service = d.service
                     and r.environment = d.environment and r.active) as active,
                 coalesce(a.platforms, '{}') as platforms, a.revision
            from deployment d
            left join lateral (select platforms, revision from artifact a where a.project = d.project
                                and a.service = d.service and a.digest = d.wanted_digest limit 1) a on true
           where d.project = ${project} and d.environment = ${environment} and d.service = ${service}
             and d.drift_digest is not null and d.wanted_digest is not null`,
    );
    if (!row)
      return { kind: "rejection", code: "noDrift", message: `${service} in ${environment} runs what it should` };
    if (row.drift !== input.digest) {
      return { kind: "rejection", code: "driftChanged", message: "something else runs by now: look at it again" };
    }
    if (row.active !== null) {
      return { kind: "rejection", code: "busy", message: `${row.active} is under way there`, promotion: row.active };
    }
    const { digest, version, platforms, revision, release, undoes } = row;
    const artifacts = [{ service, digest, version, platforms, revision }];
    const subject = {
      kind: "rollback" as const,
      project,
      environment,
      release: release ?? `${service}@${version}`,
      version,
      artifacts,
    };
    const signed = { requestedBy: actorOf(principal), requestedAt: now, given: [], reason: input.why };
    const assessment = await assess(tx, subject, signed, now);
    if (assessment.kind === "noPlan") return { kind: "rejection", code: assessment.code, message: assessment.message };
    const refusal = await refusalOf(tx, assessment, now);
    if (refusal) return { kind: "rejection", ...refusal };
    const requestHash = hashRequest({ environment, service, kind: "revertDrift" });
    return startPromotion(tx, assessment, {
      by: actorOf(principal),
      now,
      reason: input.why,
      causedBy: undoes,
      // Pressing twice finds the first one under way.
      idempotencyKey: `revert-drift:${randomUUID()}`,
      requestHash,
    });
  });
}
