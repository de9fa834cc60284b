import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { operations } from "@/lib/api/operations";
import { refusalForm, refusals } from "@/lib/api/refusals";

const folders = ["lib/commands", "lib/facts", "lib/pipeline/promotion", "lib/pipeline/plan", "lib/pipeline/release"];
const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`)).filter((file) => !/[.]test[.]ts$/.test(file));
const said = /(?:\bcode: |\b(?:refuse|no|rejection)\(\s*)"([a-zA-Z]+)"/g;

/** A word in quotes: types close the codes that no line of code says. */
const words = /"([a-zA-Z]+)"/g;
/** Outside systems have codes of their own. */
const outside = /new ExternalError\([^)]*\)/g;

function found(pattern: RegExp): Set<string | undefined> {
  const texts = files.map((file) => readFileSync(file, "utf8").replace(outside, ""));
  return new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1])));
}

test("the table has every code that a command, a fact or the pipeline refuses with", () => {
  const used = found(said);
  expect(used.size).toBeGreaterThan(30);
  expect([...used].filter((code) => code !== undefined && !Object.hasOwn(refusals, code))).toEqual([]);
});

test("the table has no code that nothing refuses with", () => {
  const known = found(words);
  expect(Object.keys(refusals).filter((code) => !known.has(code))).toEqual([]);
});

test("a code that is not known is a conflict", () => {
  expect(refusalForm("toString")).toEqual({ status: 409, title: "Refused" });
});

test("operation ids and places are unique", () => {
  const ids = operations.map((one) => one.id);
  const places = operations.map((one) => `${one.method} ${one.path}`);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(places).size).toBe(places.length);
});
