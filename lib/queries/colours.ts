import { type Queryable, sql } from "@/lib/db/sql";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import type { ColourSeen } from "@/lib/pipeline/rollout/canary-seen";
import { factsOf, isSettled } from "@/lib/pipeline/rollout/step";
import { instant } from "@/lib/queries/instant";

/** A colour that comes up beside the live one, as it was seen last. `at` is ISO 8601, UTC. */
export interface ColourView extends ColourSeen {
  service: string;
  /** The colour that takes the traffic. */
  live: string;
  at: string;
}

/** The colours of a promotion under way that take no traffic yet; none once the Service has switched, or before a look. */
export async function loadColours(db: Queryable, state: PromotionState): Promise<ColourView[]> {
  const rollouts = state.phase === "rollingOut" ? state.rollouts : [];
  const coming = rollouts.filter(
    ({ phase, steps = [] }) =>
      phase === "stepping" && steps.some((one) => one.step.kind === "switch" && !isSettled(one)),
  );
  if (coming.length === 0) return [];
  const rows = await db.query<{ service: string; at: string; seen: ColourSeen }>(
    sql`select service, ${instant(sql`seen_at`)} as at, seen from colour_seen where promotion = ${state.id}`,
  );
  return coming.flatMap(({ service, steps }) => {
    const row = rows.find((one) => one.service === service);
    return row ? [{ ...row.seen, service, at: row.at, live: factsOf(steps).from ?? "" }] : [];
  });
}
