import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** True while another promotion changes the service there. */
export async function placeIsBusy(
  engine: Engine,
  { id, project, plan }: PromotionState,
  service: string,
): Promise<boolean> {
  const [row] = await engine.pool.query<{ busy: boolean }>(
    sql`select exists (select from rollout where project = ${project} and environment = ${plan.environment}
                          and service = ${service} and active and promotion <> ${id}) as busy`,
  );
  return row?.busy === true;
}
