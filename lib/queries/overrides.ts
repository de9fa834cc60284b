import { can, visibleProjects } from "@/lib/auth/permissions";
import { type Principal, personOf } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { type Actor, personBehind } from "@/lib/pipeline/actor";
import { isInForce } from "@/lib/pipeline/gates/override";
import { hasEnded, type Override, type PromotionState } from "@/lib/pipeline/promotion/state";

/** An override as a page shows it. Times are ISO 8601, UTC. */
export interface OverrideView {
  id: number;
  gateKind: string;
  by: string;
  at: string;
  reason: string;
  incident: string;
  /** `asked` waits for a second person, `inForce` for the promotion's end, `toReview` for a review; `void`: the plan changed. */
  standing: "asked" | "inForce" | "toReview" | "reviewed" | "void";
  confirmedBy: string | null;
  review: { by: string; words: string; at: string } | null;
  /** Whether whoever looks may confirm it, or close its review, as it stands. */
  mayConfirm: boolean;
  mayReview: boolean;
}

/** An override that waits for somebody, as a line of the approvals. */
export interface OverrideLine extends OverrideView {
  promotion: string;
  planHash: string;
  project: string;
  environment: string;
  services: string[];
  version: string;
}

type Overridden = Pick<PromotionState, "phase" | "planHash" | "requestedBy"> & { overrides?: Override[] };

/** What whoever looks may do about the overrides of a promotion; the commands decide by the same rules. */
export function overrideViews(
  principal: Principal,
  state: Overridden,
  scope: { project: string; environment: string },
): OverrideView[] {
  const me = personOf(principal).id;
  return (state.overrides ?? []).map((one) => {
    const standing = standingOf(state, one);
    const isSecond = me !== one.person && me !== personBehind(state.requestedBy);
    const { id, gateKind, at, reason, incident, review } = one;
    return {
      ...{ id, gateKind, at, reason, incident, standing },
      by: one.by.name,
      confirmedBy: one.confirmed?.by.name ?? null,
      review: review && { by: review.by.name, words: review.words, at: review.at },
      mayConfirm: standing === "asked" && isSecond && can(principal, "override", scope),
      mayReview: standing === "toReview" && isSecond && can(principal, "reviewOverride", scope),
    };
  });
}

function standingOf({ phase, planHash }: Overridden, one: Override): OverrideView["standing"] {
  if (one.review) return "reviewed";
  if (isInForce(one)) return hasEnded(phase) ? "toReview" : "inForce";
  return phase !== "waiting" && phase !== "queued" ? "void" : one.planHash === planHash ? "asked" : "void";
}

interface Row extends Overridden {
  id: string;
  project: string;
  environment: string;
  services: string[];
  version: string;
  requestedBy: Actor;
}

const promotionsMax = 200;

/** The overrides that wait for a second person or for their review, the oldest first. */
export async function loadOpenOverrides(
  db: Queryable,
  principal: Principal,
  projects: readonly string[],
): Promise<OverrideLine[]> {
  // The condition of the index promotion_open_override, letter for letter.
  const rows = await db.query<Row>(
    sql`select id, project, environment, services, version, phase, plan_hash as "planHash",
               requested_by as "requestedBy", state->'overrides' as overrides
          from promotion
         where project = any(${visibleProjects(principal, projects)})
           and state -> 'overrides' @> '[{"review": null}]'::jsonb
         order by requested_at, id limit ${promotionsMax}`,
  );
  return rows.flatMap((row) => {
    const { id: promotion, project, environment, services, version, planHash } = row;
    return overrideViews(principal, row, { project, environment })
      .filter((one) => one.standing === "asked" || one.standing === "toReview" || one.standing === "inForce")
      .map((one) => ({ ...one, promotion, project, environment, services, version, planHash }));
  });
}
