import { expect, it } from "vitest";
import { clusterWords } from "@/lib/adapters/kubernetes/errors";

it.each([
  ["half of a character", "a \ud83d b", "a \ufffd b"],
  ["a character that the cut halves", "😀".repeat(400), `${"😀".repeat(299)}\ufffd…`],
  ["a NUL, which no database takes", "a\u0000b", "a b"],
])("the words of a cluster with %s can be stored", (_, text, words) => {
  expect(clusterWords(text)).toBe(words);
});
