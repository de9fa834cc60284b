import { expect, it } from "vitest";
import { afterKey, type Key } from "./use-typed-ahead";

const plain = { ctrlKey: false, metaKey: false, altKey: false, isComposing: false };
const press = (key: string, held: Partial<Key> = {}) => afterKey("v1", { ...plain, key, ...held });

it("takes what can be typed, and takes it back", () => {
  expect(press(".")).toBe("v1.");
  expect(press(" ")).toBe("v1 ");
  expect(press("ü")).toBe("v1ü");
  expect(press("🚢")).toBe("v1🚢");
  expect(press("Backspace")).toBe("v");
});

it("leaves every other key alone", () => {
  for (const key of ["Enter", "Tab", "ArrowDown", "Shift", "F5", "Dead"]) expect(press(key)).toBeUndefined();
  expect(press("k", { ctrlKey: true })).toBeUndefined();
  expect(press("k", { metaKey: true })).toBeUndefined();
  expect(press("é", { isComposing: true })).toBeUndefined();
});
