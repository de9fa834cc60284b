import { json, sql } from "@/lib/db/sql";
import type { StepContext } from "@/lib/engine/steps/rollout/step-runner";
import { misconfiguredTarget } from "@/lib/engine/steps/write-target";
import type { DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";
import type { DelegatedTarget } from "@/lib/ports/delegated-target";
import type { DeployTarget } from "@/lib/ports/deploy-target";

/** The controller of the target's workload. Throws ExternalError `misconfigured` where this kind of target has none. */
export function delegatedOf(target: DeployTarget, connection: string): DelegatedTarget {
  if (target.delegated) return target.delegated;
  throw misconfiguredTarget(connection, "no controller owns workloads of this kind of target: use rolling or recreate");
}

/** Keeps what the controller's object said last, for pages; what it came to is in the ledger. */
export async function keepDelegatedSeen(
  { engine, state, planned }: Pick<StepContext, "engine" | "state" | "planned">,
  standing: DelegatedStanding,
): Promise<void> {
  await engine.pool.execute(
    sql`insert into canary_seen (promotion, service, seen_at, seen)
        values (${state.id}, ${planned.service}, ${standing.at}, ${json({ delegated: standing })}::jsonb)
        on conflict (promotion, service) do update set seen_at = excluded.seen_at, seen = excluded.seen`,
  );
}
