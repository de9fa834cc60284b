import type { PastPromotion } from "@/lib/pipeline/backtest/past-promotion";
import { evaluateChecklist } from "@/lib/pipeline/gates/checklist";
import type { ChecklistConfig, ChecklistItem } from "@/lib/pipeline/gates/checklist-config";
import type { Standing, Verdict } from "@/lib/pipeline/gates/gate";
import type { Tick } from "@/lib/pipeline/promotion/state";

type ChecklistGate = ChecklistConfig & { kind: "checklist" };

/**
 * What a checklist would have said of what was ticked then. As of approvals, it is asked twice, since nobody kept who was in
 * which group: with every tick of an item of the same words, then with those alone that counted for the very same item.
 */
export function pastChecklist(gate: ChecklistGate, past: PastPromotion): Verdict {
  const most = judge(gate, past, () => true);
  if (most.status !== "pass") return most;
  const least = judge(gate, past, (item, tick) => countedThen(item, tick, past));
  if (least.status === "pass") return least;
  return { ...least, status: "unknown", summary: "who might tick these items then is not recorded" };
}

function judge(
  gate: ChecklistGate,
  past: PastPromotion,
  counts: (item: ChecklistItem, tick: Tick) => boolean,
): Verdict {
  const { plan, planHash, requestedBy, startedAt: now } = past;
  const ticks = gate.items.flatMap((item, index) =>
    past.ticks.flatMap((tick) =>
      tick.text === item.text && counts(item, tick) ? [{ ...tick, gate: 0, item: index }] : [],
    ),
  );
  const groups = gate.items.flatMap((item) => item.by ?? []);
  const standings = ticks.map(({ person }): Standing => {
    return { person, email: "", groups, mayApprove: false, mayTick: true };
  });
  const checklists = { planHash, requestedBy, requested: true, ticks, standings };
  return evaluateChecklist(gate, { plan, evidence: { checklists }, now }, 0);
}

/** Whether the tick counted for an item that asked for the same, as the verdict of then says. */
function countedThen(item: ChecklistItem, tick: Tick, { plan, verdicts }: PastPromotion): boolean {
  const before = plan.gates[tick.gate];
  const verdict = verdicts[tick.gate];
  if (before?.kind !== "checklist" || !verdict) return false;
  const then = before.items[tick.item];
  const asksTheSame =
    JSON.stringify([then?.text, then?.by, then?.otherThanRequester]) ===
    JSON.stringify([item.text, item.by, item.otherThanRequester]);
  return asksTheSame && saysItWasTicked(verdict, tick);
}

function saysItWasTicked({ evidence }: Verdict, { text, by, at }: Tick): boolean {
  return evidence.some((one) => one.name === text && one.value === `${by.name}, ${at}`);
}
