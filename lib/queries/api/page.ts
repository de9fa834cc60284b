import { InvalidInput } from "@/lib/pipeline/errors";

/** A page of a list; `next` is the cursor of the page after it, null on the last one. */
export interface PageOf<Item> {
  items: Item[];
  next: string | null;
}

/** A cursor holds the sort key of the last item that was seen. */
export function toCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** The sort key in a cursor whose parts have these types. Throws InvalidInput for what no page gave out. */
export function fromCursor<const Types extends readonly ("text" | "number" | "instant")[]>(
  cursor: string,
  types: Types,
): { -readonly [At in keyof Types]: Types[At] extends "number" ? number : string } {
  const key = decode(cursor);
  const fits =
    Array.isArray(key) && key.length === types.length && types.every((type, at) => isOfType(key[at] as unknown, type));
  if (!fits) throw new InvalidInput([{ path: "cursor", message: "must be `next` of the page before, unchanged" }]);
  // Every part was looked at above.
  return key as { -readonly [At in keyof Types]: Types[At] extends "number" ? number : string };
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

function isOfType(value: unknown, type: "text" | "number" | "instant"): boolean {
  switch (type) {
    case "number":
      return Number.isSafeInteger(value);
    case "text":
      return typeof value === "string" && !value.includes("\u0000");
    case "instant":
      return (
        typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(value) && !Number.isNaN(Date.parse(value))
      );
    default:
      return type satisfies never;
  }
}

/** The first `limit` of rows of which one more was asked for, and the cursor behind them. */
export function pageFrom<Row>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
): PageOf<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? toCursor(keyOf(last)) : null };
}
