import { personBehind } from "@/lib/pipeline/actor";
import { isAmong } from "@/lib/pipeline/gates/approval";
import {
  type ChecklistConfig,
  type ChecklistItem,
  checklistDemand,
  itemAsks,
} from "@/lib/pipeline/gates/checklist-config";
import type { GateEvidence, GateInput, Standing, Verdict } from "@/lib/pipeline/gates/gate";
import type { Tick } from "@/lib/pipeline/promotion/state";

type Facts = NonNullable<GateEvidence["checklists"]>;

/**
 * Every item ticked for exactly this plan, by somebody who may tick it at this moment. What was ticked for another plan,
 * or by somebody who may not any more, does not count. `gate` is its place in the plan.
 */
export function evaluateChecklist(
  config: ChecklistConfig & { kind: "checklist" },
  { plan, evidence: { checklists: facts } }: GateInput,
  gate: number,
): Verdict {
  const base = { gate: "checklist", demand: checklistDemand(config) };
  const { items } = config;
  if (!facts) return { ...base, status: "unknown", summary: "it is not known who ticked what", evidence: [] };
  const ticks = items.map((item, index) => countedTick(item, { gate, index }, facts));
  const done = ticks.filter((one) => one !== undefined).length;
  const evidence = [
    { name: "ticked", value: String(done), threshold: String(items.length) },
    ...items.map(({ text }, index) => {
      const tick = ticks[index];
      return { name: text, value: tick ? `${tick.by.name}, ${tick.at}` : "open" };
    }),
  ];
  const open = items.filter((_, index) => ticks[index] === undefined);
  if (open.length === 0) {
    const names = [...new Set(ticks.flatMap((tick) => (tick ? [tick.by.name] : [])))];
    return { ...base, status: "pass", summary: `ticked by ${names.join(", ")}`, evidence };
  }
  const summary = facts.requested
    ? `${done} of ${items.length} ticked for this plan; open: ${open.map((one) => one.text).join("; ")}`
    : `ticked once it is requested: ${open.map((one) => one.text).join("; ")}`;
  return { ...base, status: "wait", summary, evidence, whoCanAct: whoCanAct(open, plan.environment) };
}

function whoCanAct(open: readonly ChecklistItem[], environment: string): string {
  const asked = [...new Set(open.map((item) => itemAsks(item) ?? `whoever may tick in ${environment}`))];
  return asked.join("; ");
}

/** The tick of an item that counts now; undefined where it is open. */
export function countedTick(
  item: ChecklistItem,
  at: { gate: number; index: number },
  facts: Pick<Facts, "planHash" | "requestedBy" | "ticks" | "standings">,
): Tick | undefined {
  return facts.ticks.find((tick) => {
    if (tick.gate !== at.gate || tick.item !== at.index || tick.planHash !== facts.planHash) return false;
    const standing = facts.standings.find((one) => one.person === tick.person);
    return tickProblem(item, standing, facts.requestedBy) === undefined;
  });
}

/** Why somebody may not tick an item; undefined where they may. Somebody of whom nothing is known may not. */
export function tickProblem(
  item: ChecklistItem,
  standing: Standing | undefined,
  requestedBy: Facts["requestedBy"],
): "mayNot" | "requester" | "notAmong" | undefined {
  if (!standing?.mayTick) return "mayNot";
  if (item.otherThanRequester && standing.person === personBehind(requestedBy)) return "requester";
  return item.by && !isAmong(item.by, standing) ? "notAmong" : undefined;
}
