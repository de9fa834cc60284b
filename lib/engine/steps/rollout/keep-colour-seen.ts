import { json, sql } from "@/lib/db/sql";
import type { StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { ColourSeen } from "@/lib/pipeline/rollout/canary-seen";
import type { TargetObservation } from "@/lib/ports/deploy-target";

/** Keeps what was seen last of the colour that comes up, for pages: observing a target follows what is live. */
export async function keepColourSeen(
  { engine, state, planned }: Pick<StepContext, "engine" | "state" | "planned">,
  colour: string,
  { at, pods, ready, desired }: Pick<TargetObservation, "at" | "pods" | "ready" | "desired">,
): Promise<void> {
  const seen: ColourSeen = { colour, pods, ready, desired };
  await engine.pool.execute(
    sql`insert into colour_seen (promotion, service, seen_at, seen)
        values (${state.id}, ${planned.service}, ${at}, ${json(seen)}::jsonb)
        on conflict (promotion, service) do update set seen_at = excluded.seen_at, seen = excluded.seen`,
  );
}
