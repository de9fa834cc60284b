import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffDocuments, diffSources } from "@/lib/config/diff";
import { formatDocumentError } from "@/lib/config/document-error";
import { parseDocuments } from "@/lib/config/parse";
import { printDocuments } from "@/lib/config/print";
import { projectFileArbitrary } from "@/lib/config/testing/project-file-arbitrary";
import type { JsonValue } from "@/lib/config/yaml-source";

const runs = { numRuns: 150 };

function read(sources: readonly JsonValue[]) {
  const file = parseDocuments(printDocuments(sources.map((source) => ({ source }))));
  if (!file.ok) throw new Error(file.errors.map((error) => formatDocumentError(error)).join("\n"));
  return file.documents;
}

describe("for every valid project file", () => {
  test("what is printed reads back as the same documents, and prints the same again", () => {
    fc.assert(
      fc.property(projectFileArbitrary, (sources) => {
        const documents = read(sources);
        expect(documents.map(({ source }) => source)).toEqual(sources);
        const again = read(documents.map(({ source }) => source));
        expect(again).toEqual(documents);
        expect(printDocuments(again)).toBe(printDocuments(documents));
      }),
      runs,
    );
  });

  test("the policy read from it is plain JSON", () => {
    fc.assert(
      fc.property(projectFileArbitrary, (sources) => {
        const documents = read(sources);
        expect(JSON.parse(JSON.stringify(documents))).toEqual(documents);
      }),
      runs,
    );
  });

  test("a file does not differ from itself, and two files that differ have a difference, seen from both sides", () => {
    fc.assert(
      fc.property(projectFileArbitrary, projectFileArbitrary, (one, other) => {
        const [before, after] = [read(one), read(other)];
        expect(diffDocuments(before, before).flatMap(({ changes }) => changes)).toEqual([]);
        const there = diffDocuments(before, after).flatMap(({ changes }) => changes);
        const back = diffDocuments(after, before).flatMap(({ changes }) => changes);
        expect(there.length === 0).toBe(isDeepStrictEqual(one, other));
        expect(there.map(({ path }) => path).toSorted()).toEqual(back.map(({ path }) => path).toSorted());
      }),
      runs,
    );
  });
});

test("plain data of any kind differs exactly where it is not the same", () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;
  fc.assert(
    fc.property(json, json, (one, other) => {
      expect(diffSources(one, structuredClone(one))).toEqual([]);
      expect(diffSources(one, other).length > 0).toBe(!isDeepStrictEqual(one, other));
    }),
  );
});
