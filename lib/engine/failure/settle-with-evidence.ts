import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { type LeasedStep, settle } from "@/lib/engine/lease";
import { plannedOf, targetOf } from "@/lib/engine/steps/write-target";
import { decide } from "@/lib/pipeline/promotion/decide";
import {
  evidenceDays,
  evidenceLimits,
  type FailureEvidence,
  type ServiceRemains,
  servicesToTrace,
  toKeep,
} from "@/lib/pipeline/promotion/failure-evidence";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { goesWrong } from "@/lib/pipeline/promotion/with-kept";
import { ExternalError } from "@/lib/ports/external-error";

/**
 * Ends a step as `settle` does. Where what it found makes the promotion go wrong, what the pods left behind is asked for
 * first, while they are still there, and kept in the same transaction, its hash in the entry. The promotion does not
 * wait for it: what the cluster does not give within one call's time is kept as not given.
 */
export async function settleWithEvidence(
  engine: Engine,
  step: LeasedStep,
  state: PromotionState,
  input: PromotionInput,
): Promise<void> {
  const evidence = await traceFailure(engine, state, input);
  await settle(engine, step, async (_current, tx) => {
    if (!evidence) return input;
    return { ...input, kept: await keepEvidence(tx, state.project, evidence) };
  });
}

/** What is to be kept should `input` be said now; undefined where nothing goes wrong by it. */
async function traceFailure(
  engine: Engine,
  state: PromotionState,
  input: PromotionInput,
): Promise<FailureEvidence | undefined> {
  const at = engine.now();
  const decided = decide(state, input, at);
  if (decided.kind === "rejection" || !goesWrong(decided.entries)) return undefined;
  const wanted = servicesToTrace(state, input);
  if (wanted.length === 0) return undefined;
  const [services, secrets] = await Promise.all([
    Promise.all(wanted.map((one) => traceService(engine, state, one))),
    engine.world.knownSecrets(state.project),
  ]);
  return toKeep({ promotion: state.id, at, services }, secrets);
}

async function traceService(
  engine: Engine,
  state: PromotionState,
  { service, digest }: Pick<ServiceRemains, "service" | "digest">,
): Promise<ServiceRemains> {
  const planned = plannedOf(state, service);
  try {
    const target = await targetOf(engine, state, planned);
    if (!target.trace) return { service, digest, pods: [], noPods: "this kind of target tells nothing of its pods" };
    const signal = AbortSignal.timeout(engine.callMs);
    return { service, digest, pods: await target.trace(planned.target, digest, evidenceLimits, signal) };
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { service, digest, pods: [], noPods: error.message };
  }
}

/** Writes it down and answers its hash: the same again is the same row. */
async function keepEvidence(tx: Queryable, project: string, evidence: FailureEvidence): Promise<string> {
  const content = canonicalize(evidence) ?? "";
  const digest = createHash("sha256").update(content).digest("hex");
  await tx.execute(
    sql`insert into failure_evidence (promotion, digest, project, kept_at, content)
        values (${evidence.promotion}, ${digest}, ${project}, ${evidence.at}, ${content})
        on conflict (promotion, digest) do nothing`,
  );
  return digest;
}

/** Removes what is older than it is kept. Answers how many. */
export function pruneFailureEvidence(db: Queryable): Promise<number> {
  return db.execute(sql`delete from failure_evidence where kept_at < now() - ${evidenceDays} * interval '1 day'`);
}
