import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { operations } from "@/lib/api/operations";
import { refusalForm, refusals } from "@/lib/api/refusals";

const folders = ["lib/commands", "lib/facts", "lib/pipeline/promotion", "lib/pipeline/plan", "lib/pipeline/release"];
const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`)).filter((file) => !/[.]test[.]ts$/.test(file));
const said = /(?:\bcode: |\b(?:refuse|no|rejection)\(\s*)"([a-zA-Z]+)"/g;

/** Types that close the codes, for those that no line of code says (yet). */
const types = /"([a-zA-Z]+)"/g;

test("the table has every code that a command, a fact or the pipeline refuses with", () => {
  const used = new Set(
    files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(said)].map((match) => match[1])),
  );
  expect([...used].filter((code) => code !== undefined && !Object.hasOwn(refusals, code))).toEqual([]);
});

test("the table has no code that nothing refuses with", () => {
  const words = new Set(
    files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(types)].map((match) => match[1])),
  );
  expect(Object.keys(refusals).filter((code) => !words.has(code))).toEqual([]);
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
