import { expect, it } from "vitest";
import { entryState, entryStates } from "@/components/ledger/entry-state";
import { entryGroups } from "@/components/ledger/history-filter";
import { entryGroupNames, kindsOf } from "@/lib/queries/history-kinds";

it("every kind of entry is drawn, and filed under a chip of the page", () => {
  expect(entryGroups.map((group) => group.value)).toEqual(entryGroupNames);
  const filed = entryGroupNames.flatMap((group) => kindsOf(group));
  expect(filed.sort()).toEqual(Object.keys(entryStates).sort());
});

it("a kind that the page does not know yet is a plain ring", () => {
  expect(entryState("digest.blocked")).toBe("blocked");
  expect(entryState("moon.landed")).toBe("requested");
});
