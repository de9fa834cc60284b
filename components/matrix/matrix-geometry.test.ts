import { describe, expect, it } from "vitest";
import { geometryOf } from "./matrix-geometry";
import { sectionsOf } from "./matrix-sections";

const sections = sectionsOf([
  { name: "a", services: 3, environments: [] },
  { name: "b", services: 2, environments: [] },
]);
const geometry = geometryOf(sections, 5, { line: 40, project: 28 });

describe("where the lines of the matrix stand", () => {
  it("each project's row takes its own height", () => {
    expect([geometry.sectionTop(0), geometry.sectionTop(1), geometry.sectionTop(2)]).toEqual([0, 148, 256]);
    expect([0, 1, 2, 3, 4].map(geometry.lineTop)).toEqual([28, 68, 108, 176, 216]);
    expect(geometry.heightPx).toBe(256);
  });

  it("is found again from the place", () => {
    for (const index of [0, 1, 2, 3, 4]) {
      const top = geometry.lineTop(index);
      expect([geometry.indexAt(top), geometry.indexAt(top + 39)]).toEqual([index, index]);
    }
  });

  it.each([
    [-500, 0],
    [10, 0],
    [150, 3],
    [9_999, 4],
  ])("has a nearest line at %i", (y, index) => expect(geometry.indexAt(y)).toBe(index));

  it("holds without any line", () => {
    const empty = geometryOf([], 0, { line: 40, project: 28 });
    expect([empty.heightPx, empty.indexAt(100)]).toEqual([0, 0]);
  });
});
