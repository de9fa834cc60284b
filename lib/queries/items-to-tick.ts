import { can } from "@/lib/auth/permissions";
import { actorOf, type Principal, personOf } from "@/lib/auth/principal";
import { tickProblem } from "@/lib/pipeline/gates/checklist";
import { isOpen } from "@/lib/pipeline/gates/gate";
import type { Tick } from "@/lib/pipeline/promotion/state";
import type { AskedFor } from "@/lib/queries/approval-standing";

/** What of a promotion decides who is asked to tick something. */
export type AskedToTick = Omit<AskedFor, "approvals"> & { ticks: Tick[] };

/**
 * The items of a waiting promotion's checklists that are open and that this person may tick, in their own words. An item
 * is open while nobody ticked it for the current plan, or while whoever did may not any more by the last evaluation.
 */
export function itemsToTick(principal: Principal, asked: AskedToTick): string[] {
  if (actorOf(principal).kind !== "person" || (asked.phase !== "waiting" && asked.phase !== "queued")) return [];
  const { project, environment, planHash, requestedBy } = asked;
  const { id: person, email, groups } = personOf(principal);
  const scope = { project, environment };
  const standing = {
    ...{ person, email, groups },
    mayApprove: can(principal, "approve", scope),
    mayTick: can(principal, "tick", scope),
  };
  return asked.gates.flatMap((gate, place) => {
    const verdict = asked.verdicts[place];
    if (gate.kind !== "checklist" || gate.shadow || (verdict && isOpen(verdict))) return [];
    return gate.items.flatMap((item, index) => {
      const tick = asked.ticks.find((one) => one.gate === place && one.item === index && one.planHash === planHash);
      // The verdict's evidence: how many are ticked, then each item.
      const counts = tick !== undefined && verdict?.evidence[index + 1]?.value !== "open";
      return counts || tickProblem(item, standing, requestedBy) !== undefined ? [] : [item.text];
    });
  });
}
