import type { Actor } from "@/lib/pipeline/actor";
import { entryFor, worker } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { PromotionBase } from "@/lib/pipeline/promotion/state";

/** Who owns the hold: no person, so any person who may lift one lifts it. */
const waybill: Actor = { kind: "system", name: "Waybill" };

/**
 * A way back that did not work: a person decides. The environment is held, so that nothing else is brought there until
 * somebody looked; each time it gets stuck anew, also where the hold of the time before was lifted.
 */
export function wayBackFailed(
  state: Pick<PromotionBase, "id" | "plan">,
  trouble: string,
  now: string,
  by: Actor = worker,
): Entry[] {
  const data = { id: `${state.id}:stuck:${now}`, reason: `${state.id} is stuck: ${trouble}` };
  return [
    entryFor(state, now, by)({ kind: "promotion.stuck", data: { trouble } }),
    entryFor(state, now, waybill)({ kind: "environment.held", data }),
  ];
}

/** Why a service that was changed cannot go back, and what a person can do. */
export function ranNothing(service: string): string {
  return `${service} ran nothing before: there is nothing to go back to. Close this with a reason, then bring a release that works`;
}
