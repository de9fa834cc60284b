import { expect, test } from "vitest";
import type { PersonPrincipal } from "@/lib/auth/principal";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { type AskedToTick, itemsToTick } from "@/lib/queries/items-to-tick";

const arjun: PersonPrincipal = {
  kind: "person",
  id: "i#arjun",
  name: "Arjun",
  email: "arjun@example.org",
  groups: ["approvers"],
  administrator: false,
  grants: [{ project: "veza", role: "approver", environments: ["production"] }],
};
const rita = { kind: "person" as const, id: "i#rita", name: "Rita" };
const planHash = "a".repeat(64);
const [free, theirs, other] = ["migrations are safe", "on-call told", "somebody else looked"];
const items = [{ text: free }, { text: theirs, by: ["sre"] }, { text: other, otherThanRequester: true as const }];

function verdict(status: Verdict["status"], values = ["open", "open", "open"]): Verdict {
  const told = values.map((value, index) => ({ name: items[index]?.text ?? "", value }));
  return { gate: "checklist", status, demand: "", summary: "", evidence: [{ name: "ticked", value: "0" }, ...told] };
}

function asked(over: Partial<AskedToTick> = {}): AskedToTick {
  return {
    ...{ project: "veza", environment: "production", phase: "waiting", planHash, requestedBy: rita, ticks: [] },
    gates: [{ kind: "checklist", items }],
    verdicts: [verdict("wait")],
    ...over,
  };
}

const tick = { gate: 0, item: 0, text: free, planHash, by: rita, person: rita.id, at: "2026-03-01T10:00:00.000Z" };

test("the open items that this person may tick, and not those of others", () => {
  expect(itemsToTick(arjun, asked())).toEqual([free, other]);
  expect(itemsToTick({ ...arjun, groups: ["sre"] }, asked())).toEqual([free, theirs, other]);
  expect(itemsToTick(arjun, asked({ requestedBy: { ...rita, id: arjun.id } }))).toEqual([free]);
  expect(itemsToTick(arjun, asked({ environment: "staging" }))).toEqual([]);
  expect(itemsToTick({ ...arjun, grants: [] }, asked())).toEqual([]);
});

test("not what was ticked for this plan, but what was ticked for another one or does not count any more", () => {
  expect(
    itemsToTick(arjun, asked({ ticks: [tick], verdicts: [verdict("wait", ["Rita, then", "open", "open"])] })),
  ).toEqual([other]);
  expect(itemsToTick(arjun, asked({ ticks: [{ ...tick, planHash: "b".repeat(64) }] }))).toEqual([free, other]);
  expect(itemsToTick(arjun, asked({ ticks: [tick] }))).toEqual([free, other]);
});

test("nothing once the gate is open, where it only reports, after the wait", () => {
  expect(itemsToTick(arjun, asked({ verdicts: [verdict("pass")] }))).toEqual([]);
  expect(itemsToTick(arjun, asked({ gates: [{ kind: "checklist", items, shadow: true }] }))).toEqual([]);
  expect(itemsToTick(arjun, asked({ phase: "rollingOut" }))).toEqual([]);
  expect(itemsToTick(arjun, asked({ phase: "queued" }))).toEqual([free, other]);
});
