import { describe, expect, it } from "vitest";
import { placeAfter } from "./use-grid-keys";

const at = (row: number, column: number) => ({ row, column });

describe("the keys of the grid", () => {
  it.each([
    ["ArrowDown", at(0, 1), at(1, 1)],
    ["ArrowUp", at(0, 1), at(0, 1)],
    ["ArrowLeft", at(4, 0), at(4, 0)],
    ["ArrowRight", at(4, 2), at(4, 3)],
    ["ArrowRight", at(4, 3), at(4, 3)],
    ["PageDown", at(95, 0), at(99, 0)],
    ["PageUp", at(25, 2), at(15, 2)],
    ["Home", at(25, 2), at(25, 0)],
    ["End", at(25, 1), at(25, 3)],
  ])("%s from %o leads to %o", (key, from, to) => {
    expect(placeAfter(key, from, 100, 3, false)).toEqual(to);
  });

  it("go to the corners with Ctrl", () => {
    expect(placeAfter("Home", at(25, 2), 100, 3, true)).toEqual(at(0, 0));
    expect(placeAfter("End", at(25, 2), 100, 3, true)).toEqual(at(99, 3));
  });

  it("leave every other key alone", () => expect(placeAfter("x", at(1, 1), 100, 3, false)).toBeUndefined());

  it("stay where they are in an empty grid", () =>
    expect(placeAfter("ArrowDown", at(0, 0), 0, 3, false)).toEqual(at(0, 0)));
});
