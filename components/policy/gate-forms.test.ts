import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Field, keysOf } from "@/components/policy/field";
import { errorAt, errorExactlyAt, errorsBeside, errorWords } from "@/components/policy/field-errors";
import { asItems, asLines, asNumber, fromItems, fromLines, withValue } from "@/components/policy/field-value";
import { formOf, gateForms, listedKinds } from "@/components/policy/gate-forms";

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}

/** The published schema of what stands at a key, wherever it is. */
function schemaWith(schema: unknown, key: string): Schema | undefined {
  if (typeof schema !== "object" || schema === null) return undefined;
  const { properties } = schema as Schema;
  if (properties && Object.hasOwn(properties, key)) return schema as Schema;
  for (const inner of Object.values(schema)) {
    const found = schemaWith(inner, key);
    if (found) return found;
  }
  return undefined;
}

const published: unknown = JSON.parse(readFileSync("public/schema/v1.json", "utf8"));
const gateSchema = schemaWith(published, "errorBudget");
const requiresSchema = schemaWith(published, "requires")?.properties?.requires;

/** Every key that a form and a schema know, deep: `deny.rrule`. */
function keysIn(fields: readonly Field[], base = ""): string[] {
  return fields.flatMap((field) => {
    if (field.kind === "either") return field.ways.flatMap((way) => keysIn(way.fields, base));
    const own = `${base}${field.key}`;
    return field.kind === "items" ? [own, ...keysIn(field.fields, `${own}.`)] : [own];
  });
}
function keysOfSchema(schema: Schema | undefined, base = ""): string[] {
  return Object.entries(schema?.properties ?? {}).flatMap(([key, one]) => {
    // What may be a text as well is a thing with keys beside it.
    const item = one.items?.anyOf?.find((form) => form.properties) ?? one.items;
    return [`${base}${key}`, ...keysOfSchema(item, `${base}${key}.`)];
  });
}

describe("the form of a gate", () => {
  it.each(Object.keys(gateForms))("%s asks for all that the file may say of it, and for nothing else", (kind) => {
    const schema = kind === "upstream" ? requiresSchema : gateSchema?.properties?.[kind];
    expect(keysIn(formOf(kind)?.fields ?? []).toSorted()).toEqual(keysOfSchema(schema).toSorted());
  });

  it("is there for every kind that a list of gates may hold", () => {
    const kinds = Object.keys(gateSchema?.properties ?? {}).filter((kind) => kind !== "shadow");
    expect(listedKinds.toSorted()).toEqual(kinds.toSorted());
    expect(formOf("constructor")).toBeUndefined();
  });

  it("writes each key in one place only, and has words for each field", () => {
    for (const { about, fields } of Object.values(gateForms)) {
      const keys = fields.flatMap(keysOf);
      expect(new Set(keys).size).toBe(keys.length);
      expect(about).not.toBe("");
    }
  });
});

describe("a value of a form", () => {
  it("is left out where it is empty, and beside what the form does not know", () => {
    expect(withValue({ odd: 1, for: "2h" }, "for", "")).toEqual({ odd: 1 });
    expect(withValue({ odd: 1, keys: ["k"] }, "keys", fromLines(" \n"))).toEqual({ odd: 1 });
    expect(withValue({ odd: 1 }, "deny", fromItems([]))).toEqual({ odd: 1 });
    // Nothing chosen where something is usual is said, and refused by its name.
    expect(withValue({}, "appliesTo", [])).toEqual({ appliesTo: [] });
    expect(withValue({}, "critical", 0)).toEqual({ critical: 0 });
  });

  it("is a number only where it is one", () => {
    expect(["0", " 2 ", "1.5", "-1"].map(asNumber)).toEqual([0, 2, 1.5, -1]);
    expect(["", "2h", "1e3", "two"].map(asNumber)).toEqual(["", "2h", "1e3", "two"]);
  });

  it("is a list of lines, or of things", () => {
    expect(fromLines(" ops \n\n a@example.com\n")).toEqual(["ops", "a@example.com"]);
    expect(asLines(["ops", 7])).toBe("ops\n7");
    expect(asItems([{ name: "x" }, 3])).toEqual([{ name: "x" }, {}]);
    expect(asItems("deny")).toEqual([]);
    const items = ["told", { text: "backed up", by: ["sre"] }];
    expect(asItems(items, "text")).toEqual([{ text: "told" }, { text: "backed up", by: ["sre"] }]);
    expect(fromItems(asItems(items, "text"), "text")).toEqual(items);
    expect(fromItems([{ text: "a" }, {}])).toEqual([{ text: "a" }, {}]);
  });
});

describe("an error", () => {
  const error = (field?: string) => ({
    ...(field === undefined ? {} : { field }),
    path: "spec",
    message: "is wrong",
    allowed: "7",
    value: '"x"',
  });
  const errors = [error("deny[0].rrule"), error("deny[0]"), error(""), error(), error("denyAll")];

  it("stands at its field, with the value and what is allowed", () => {
    expect(errorAt(errors, "deny[0].rrule")).toBe('"x" is wrong; allowed: 7');
    expect(errorExactlyAt(errors, "deny[0]")).toBe('"x" is wrong; allowed: 7');
    expect(errorExactlyAt(errors, "deny")).toBeUndefined();
    expect(errorAt(errors, "den")).toBeUndefined();
    expect(errorWords({ path: "", message: "is missing", allowed: "a duration" })).toBe(
      "is missing; allowed: a duration",
    );
  });

  it("stands beside the form where no field is its own", () => {
    expect(errorsBeside(errors, ["deny"]).map((one) => one.field)).toEqual(["", undefined, "denyAll"]);
  });
});
