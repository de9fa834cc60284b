import { actorOf, type Principal, personOf } from "@/lib/auth/principal";
import type { Queryable } from "@/lib/db/sql";
import { loadTicks } from "@/lib/facts/evidence/approvals";
import { countedTick, tickProblem } from "@/lib/pipeline/gates/checklist";
import { itemAsks } from "@/lib/pipeline/gates/checklist-config";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/** One item of a checklist, for whoever looks. */
export interface ChecklistItemView {
  text: string;
  /** Who must tick it; null where anybody with the right may. */
  asks: string | null;
  /** `counts` is false where whoever ticked it may not any more. */
  tick: { by: string; at: string; counts: boolean } | null;
  /** Whether whoever looks may tick it, and take it back. */
  may: boolean;
}

export interface ChecklistView {
  /** Its place in the plan. */
  gate: number;
  /** It stops nothing. */
  shadow: boolean;
  items: ChecklistItemView[];
}

/** The checklists of a plan of a promotion: `planHash` is the plan's, whether or not it is the current one. */
export async function loadChecklists(
  db: Queryable,
  principal: Principal,
  state: PromotionState,
  { plan, planHash }: { plan: Plan; planHash: string },
): Promise<ChecklistView[]> {
  const gates = plan.gates.flatMap((gate, index) => (gate.kind === "checklist" ? [{ ...gate, index }] : []));
  if (gates.length === 0) return [];
  const { project, requestedBy } = state;
  const ticks = (state.ticks ?? []).filter((one) => one.planHash === planHash);
  const isWaiting = state.phase === "waiting" || state.phase === "queued";
  const me = personOf(principal).id;
  // What counted when it started is not judged again by what people may do today.
  const now = isWaiting ? await loadTicks(db, project, plan.environment, ticks, [me]) : { ticks, standings: [] };
  const mine = now.standings.find((one) => one.person === me);
  const isMine = isWaiting && planHash === state.planHash && actorOf(principal).kind === "person";
  return gates.map(({ index: gate, items, shadow = false }) => ({
    gate,
    shadow,
    items: items.map((item, index) => {
      const given = ticks.find((one) => one.gate === gate && one.item === index);
      const counts = !isWaiting || countedTick(item, { gate, index }, { planHash, requestedBy, ...now });
      return {
        text: item.text,
        asks: itemAsks(item) ?? null,
        tick: given ? { by: given.by.name, at: given.at, counts: Boolean(counts) } : null,
        may: isMine && tickProblem(item, mine, requestedBy) === undefined,
      };
    }),
  }));
}
