import * as fc from "fast-check";
import { expect, it } from "vitest";
import { changesBetween, withChanges } from "@/lib/pipeline/plain-changes";

it("makes of any JSON any other, and needs nothing where they are alike", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      expect(withChanges(before, changesBetween(before, after))).toEqual(after);
      expect(changesBetween(after, structuredClone(after))).toEqual([]);
    }),
  );
});

it("says only what differs, and leaves what it was given as it was", () => {
  const before = {
    steps: [
      { id: "a", status: "done" },
      { id: "b", status: "pending" },
    ],
    cause: null,
  };
  const kept = structuredClone(before);
  const after = { steps: [before.steps[0], { id: "b", status: "requested" }], cause: null };
  const changes = changesBetween(before, after);
  expect(changes).toEqual([[["steps", 1, "status"], "requested"]]);
  expect(withChanges(before, changes)).toEqual(after);
  expect(before).toEqual(kept);
});

it("replaces whole what has other keys or another length", () => {
  expect(changesBetween({ a: [1], b: {} }, { a: [1, 2], b: { c: null } })).toEqual([
    [["a"], [1, 2]],
    [["b"], { c: null }],
  ]);
  expect(changesBetween({ a: 1 }, [1])).toEqual([[[], [1]]]);
});
