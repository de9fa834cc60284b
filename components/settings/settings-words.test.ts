import { describe, expect, it } from "vitest";
import { changeLines, yamlLines } from "@/components/settings/change-lines";
import { newConnectionText, newProjectText } from "@/components/settings/new-document";
import { rightsWords } from "@/components/settings/role-words";
import { parseDocuments } from "@/lib/config/parse";

describe("a change", () => {
  it("is the lines that went and the lines that came", () => {
    expect(changeLines({ path: "p", kind: "changed", before: "fifo", after: "newest" })).toEqual([
      { kind: "cut", text: "fifo" },
      { kind: "add", text: "newest" },
    ]);
    expect(changeLines({ path: "p", kind: "added", after: { a: [1, { b: true }], c: {} } })).toEqual(
      ["a:", "  - 1", "  - b: true", "c: {}"].map((text) => ({ kind: "add", text })),
    );
  });

  it("that is long is cut, and says so", () => {
    const after = Array.from({ length: 100 }, (_, index) => index);
    const lines = changeLines({ path: "p", kind: "added", after });
    expect(lines).toHaveLength(41);
    expect(lines.at(-1)).toEqual({ kind: "same", text: "and 60 more lines" });
  });

  it("keeps every line of a text, and empty lists", () => {
    expect(yamlLines({ text: "a\nb", none: [], nothing: null })).toEqual([
      "text: a",
      "  b",
      "none: []",
      "nothing: null",
    ]);
  });
});

describe("the texts to start with", () => {
  it("are valid as they stand", () => {
    expect(parseDocuments(newProjectText)).toMatchObject({ ok: true });
    expect(parseDocuments(newConnectionText)).toMatchObject({ ok: true });
  });
});

it("rights are told by where they count, everywhere first", () => {
  expect(
    rightsWords([
      { action: "view", environments: null },
      { action: "promote", environments: ["staging"] },
      { action: "rollBack", environments: ["staging"] },
      { action: "announce", environments: null },
    ]),
  ).toEqual([
    { where: "everywhere", what: "view, announce releases" },
    { where: "in staging", what: "promote, roll back" },
  ]);
});
