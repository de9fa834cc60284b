import { expect, it } from "vitest";
import { versionWords } from "@/components/matrix/version-words";

it.each([
  [{ version: "v1.2.0", digest: "a", health: "healthy" as const }, "v1.2.0"],
  [{ digest: "a", health: "healthy" as const }, "not announced"],
  [{ health: "degraded" as const }, "changing"],
  [{ health: "nothing" as const }, "nothing yet"],
])("calls %j %s", (cell, words) => {
  expect(versionWords(cell)).toBe(words);
});
