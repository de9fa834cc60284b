export type FieldValue = null | boolean | number | string | FieldValue[] | { [key: string]: FieldValue };
export type FieldValues = { [key: string]: FieldValue };

/** The values with one set; what is empty is left out, as a person would leave it out of the file. */
export function withValue(values: FieldValues, key: string, value: FieldValue | undefined): FieldValues {
  if (value !== undefined && value !== "") return { ...values, [key]: value };
  const { [key]: _, ...rest } = values;
  return rest;
}

/** A value as it is typed. */
export function asText(value: FieldValue | undefined): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

/** What was typed as a number where it is one; anything else is kept, and refused by its own name. */
export function asNumber(text: string): FieldValue {
  return /^-?[0-9]+(\.[0-9]+)?$/.test(text.trim()) ? Number(text) : text;
}

/** A list as it is typed, an entry a line. */
export function asLines(value: FieldValue | undefined): string {
  return Array.isArray(value) ? value.map(asText).join("\n") : asText(value);
}

/** The entries of what was typed; lines without anything are none. */
export function fromLines(text: string): string[] | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  return orNothing(lines.filter((line) => line !== ""));
}

/** A list without anything is left out. */
function orNothing<Item>(list: Item[]): Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** A list of things; a text stands for one of which only `short` is given. */
export function asItems(value: FieldValue | undefined, short?: string): FieldValues[] {
  if (!Array.isArray(value)) return [];
  return value.map((one) => {
    if (isValues(one)) return one;
    return short !== undefined && typeof one === "string" ? { [short]: one } : {};
  });
}

/** The same as the file has them. */
export function fromItems(items: readonly FieldValues[], short?: string): FieldValue[] | undefined {
  const written = items.map((one) => {
    const [only, ...more] = Object.entries(one);
    return short !== undefined && only?.[0] === short && more.length === 0 ? only[1] : one;
  });
  return orNothing(written);
}

export function isValues(value: FieldValue | undefined): value is FieldValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
