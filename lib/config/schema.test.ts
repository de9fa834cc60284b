import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { projectFileSchema } from "@/lib/config/schema";
import { shopFile, shopFileWith } from "@/lib/config/testing/shop-file";

const committed = JSON.parse(readFileSync("public/schema/v1.json", "utf8"));
// zod reads a oneOf of bare `required` lists as whole types, other than the standard does; the rest it can check.
const schema = z.fromJSONSchema(
  JSON.parse(JSON.stringify(committed, (key, value) => (key === "oneOf" ? undefined : value))),
);
const accepts = (text: string) => parseAllDocuments(text).map((document) => schema.safeParse(document.toJS()).success);

test("the committed JSON Schema is the one that the zod schemas give; else run scripts/generate-schema.ts", () => {
  expect(committed).toEqual(JSON.parse(JSON.stringify(projectFileSchema())));
});

test("it takes what the file may hold", () => {
  expect(accepts(shopFile)).toEqual([true, true, true]);
});

test.each([
  ["an unknown key", "count: 2", "cuont: 2"],
  ["a duration without a unit", "watch: 15m", 'watch: "15"'],
  ["a count of zero", "count: 2", "count: 0"],
  ["a literal secret", "env:REGISTRY_USER", "hunter2"],
  ["an unknown strategy", "{ rolling: { maxSurge: 1, maxUnavailable: 0, deadline: 5m } }", "{ canary: {} }"],
])("it refuses %s", (_, from, to) => {
  expect(accepts(shopFileWith(from, to))).toContain(false);
});
