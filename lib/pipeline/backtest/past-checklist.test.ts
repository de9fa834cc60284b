import { expect, it } from "vitest";
import { pastChecklist } from "@/lib/pipeline/backtest/past-checklist";
import { aPast, rita, startedAt } from "@/lib/pipeline/backtest/testing/past";
import { evaluateChecklist } from "@/lib/pipeline/gates/checklist";
import type { ChecklistItem } from "@/lib/pipeline/gates/checklist-config";
import type { Tick } from "@/lib/pipeline/promotion/state";

const list = (...items: ChecklistItem[]) => ({ kind: "checklist" as const, items });
const told = { text: "on-call told" };
const backedUp = { text: "backed up" };
const ticked = (item: number, text: string, name = "arjun", extra: Partial<Tick> = {}): Tick => ({
  ...{ gate: 0, item, text, person: `idp#${name}`, by: { kind: "person", id: `idp#${name}`, name } },
  ...{ planHash: "a".repeat(64), at: "2026-03-06T09:30:00.000Z" },
  ...extra,
});

function under(before: ReturnType<typeof list>, ticks: Tick[]) {
  const past = aPast({ ticks }, [before]);
  const groups = before.items.flatMap((item) => item.by ?? []);
  const standings = ticks.map(({ person }) => ({ person, email: "", groups, mayApprove: false, mayTick: true }));
  const { planHash, requestedBy, plan } = past;
  const checklists = { planHash, requestedBy, requested: true, ticks, standings };
  return { ...past, verdicts: [evaluateChecklist(before, { plan, evidence: { checklists }, now: startedAt }, 0)] };
}

it.each<[string, ReturnType<typeof list>, ReturnType<typeof list>, Tick[], string]>([
  ["an item less", list(told, backedUp), list(backedUp), [ticked(0, told.text), ticked(1, backedUp.text)], "pass"],
  [
    "another order",
    list(told, backedUp),
    list(backedUp, told),
    [ticked(0, told.text), ticked(1, backedUp.text)],
    "pass",
  ],
  ["an item more", list(told), list(told, backedUp), [ticked(0, told.text)], "wait"],
  ["nothing ticked then", list(told), list(backedUp), [], "wait"],
  ["the same item of other people", list(told), list({ ...told, by: ["sre"] }), [ticked(0, told.text)], "unknown"],
  [
    "another person than who asked",
    list(told),
    list({ ...told, otherThanRequester: true }),
    [ticked(0, told.text, "Rita", { person: rita.id })],
    "wait",
  ],
  [
    "a tick of another plan",
    list(told),
    list(told),
    [ticked(0, told.text, "arjun", { planHash: "b".repeat(64) })],
    "wait",
  ],
])("a checklist that is another one now: %s", (_, before, after, ticks, status) => {
  expect(pastChecklist(after, under(before, ticks)).status).toBe(status);
});

it("believes no tick that did not count then", () => {
  const before = list({ ...told, by: ["sre"] });
  const past = under(before, [ticked(0, told.text)]);
  expect(pastChecklist(before, past).status).toBe("pass");
  expect(pastChecklist(before, { ...past, verdicts: [{ ...past.verdicts[0], evidence: [] } as never] }).status).toBe(
    "unknown",
  );
});
