import fc from "fast-check";
import { expect, test } from "vitest";
import { assignToGroups } from "@/lib/pipeline/gates/assign-to-groups";

test("moves somebody to another group where that makes room", () => {
  expect(assignToGroups([1, 1], [[0, 1], [0]])).toEqual([[1], [0]]);
  expect(assignToGroups([1, 1, 1], [[0, 1], [0, 2], [0]])).toEqual([[2], [0], [1]]);
});

/** The most places that can be filled, by trying everything. */
function most(places: readonly number[], fits: readonly (readonly number[])[], person = 0): number {
  if (person === fits.length) return 0;
  const skip = most(places, fits, person + 1);
  const taken = (fits[person] ?? []).flatMap((group) => {
    if ((places[group] ?? 0) === 0) return [];
    return [
      1 +
        most(
          places.map((room, index) => (index === group ? room - 1 : room)),
          fits,
          person + 1,
        ),
    ];
  });
  return Math.max(skip, ...taken);
}

test("fills as many places as can be filled, nobody twice, nobody where they do not fit", () => {
  const groups = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
  const people = groups.chain((places) =>
    fc.tuple(fc.constant(places), fc.array(fc.subarray([...places.keys()]), { maxLength: 7 })),
  );
  fc.assert(
    fc.property(people, ([places, fits]) => {
      const assigned = assignToGroups(places, fits);
      const all = assigned.flat();
      expect(new Set(all).size).toBe(all.length);
      assigned.forEach((members, group) => {
        expect(members.length).toBeLessThanOrEqual(places[group] ?? 0);
        for (const member of members) expect(fits[member]).toContain(group);
      });
      expect(all.length).toBe(most(places, fits));
    }),
  );
});
