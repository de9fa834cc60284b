import { json, sql } from "@/lib/db/sql";
import type { StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { CanarySeen } from "@/lib/pipeline/rollout/canary-seen";
import type { CanaryStanding } from "@/lib/ports/canary-target";
import type { TargetObservation } from "@/lib/ports/deploy-target";

/** Keeps what was seen last of the canary, for pages; what it came to is in the ledger. */
export async function keepCanarySeen(
  { engine, state, planned }: Pick<StepContext, "engine" | "state" | "planned">,
  standing: CanaryStanding | undefined,
  observation: Pick<TargetObservation, "at" | "pods" | "ready" | "desired"> | undefined,
): Promise<void> {
  const seen: Partial<CanarySeen> = {
    ...(standing && {
      weight: standing.weight ?? null,
      weightWords: standing.weightWords,
      stableReplicas: standing.stable.replicas,
    }),
    ...(observation && { pods: observation.pods, ready: observation.ready, desired: observation.desired }),
  };
  const at = standing?.at ?? observation?.at;
  if (at === undefined) return;
  await engine.pool.execute(
    sql`insert into canary_seen (promotion, service, seen_at, seen)
        values (${state.id}, ${planned.service}, ${at}, ${json(seen)}::jsonb)
        on conflict (promotion, service)
        do update set seen_at = excluded.seen_at, seen = canary_seen.seen || excluded.seen`,
  );
}
