import { type Decision, decision, effect, entryFor, refuse } from "@/lib/pipeline/promotion/decision";
import type { PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

type Waiting = PromotionState & { phase: "waiting" | "queued" };
type Ticking = PromotionInput & { kind: "tick" };

/**
 * A person says that an item of a checklist is so, for exactly this plan, or takes it back. An item has one tick: a second
 * one is refused, unless the first does not count any more, whose place it takes.
 */
export function decideTick(state: Waiting, input: Ticking, now: string): Decision | Rejection {
  const { gate, item, planHash, person, ticked } = input;
  if (input.by.kind !== "person") return refuse("personNeeded", "a person ticks what is so: a token cannot");
  // The worker will say that it expired; until then nobody may believe that a late tick counts.
  if (now >= state.expiresAt) return refuse("ended", `${state.id} waited until ${state.expiresAt}`);
  if (planHash !== state.planHash) {
    return refuse("planChanged", `the plan of ${state.id} is another one now; look at it and tick again`);
  }
  const checklist = state.plan.gates[gate];
  if (checklist?.kind !== "checklist") return refuse("noSuchGate", `the plan has no checklist at ${gate}`);
  const text = checklist.items[item]?.text;
  if (text === undefined) {
    return refuse("noSuchItem", `the checklist has ${checklist.items.length} items, and none at ${item}`);
  }
  const before = (state.ticks ?? []).find((one) => one.gate === gate && one.item === item && one.planHash === planHash);
  if (ticked && before && !input.lapsed) return refuse("alreadyTicked", `${before.by.name} has ticked it already`);
  if (!ticked && !before) return refuse("notTicked", "nobody has ticked it");
  const kind = ticked ? "checklist.ticked" : "checklist.unticked";
  const data = { gate, item, text, planHash, person };
  return decision([entryFor(state, now, input.by)({ kind, data })], [effect(state.id, now, { kind: "evaluate" })]);
}
