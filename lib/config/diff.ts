import type { ParsedDocument } from "@/lib/config/parse";
import type { JsonValue } from "@/lib/config/yaml-source";

/** One difference, in the file's own words. Without `before` it is new, without `after` it is gone. */
export interface DocumentChange {
  /** `spec.environments[production].gates[approval].count`: items of a list stand under their names. */
  path: string;
  kind: "added" | "removed" | "changed" | "reordered";
  before?: JsonValue;
  after?: JsonValue;
}

/** What applying does to one document; `unchanged` has no changes. */
export interface DocumentDiff {
  document: { kind: ParsedDocument["kind"]; name: string };
  status: "added" | "removed" | "changed" | "unchanged";
  changes: DocumentChange[];
}

/**
 * The differences between two sets of documents, matched by kind and name; those of `after` first, in their order.
 * What is absent in `after` is reported as removed: whoever applies only a part passes only that part as `before`.
 */
export function diffDocuments(before: readonly ParsedDocument[], after: readonly ParsedDocument[]): DocumentDiff[] {
  const keyOf = ({ kind, name }: ParsedDocument) => `${kind} ${name}`;
  const old = new Map(before.map((document) => [keyOf(document), document]));
  const fresh = new Set(after.map(keyOf));
  return [
    ...after.map((document) => diffDocument(old.get(keyOf(document)), document)),
    ...before.filter((document) => !fresh.has(keyOf(document))).map((document) => diffDocument(document, undefined)),
  ];
}

function diffDocument(before: ParsedDocument | undefined, after: ParsedDocument): DocumentDiff;
function diffDocument(before: ParsedDocument, after: undefined): DocumentDiff;
function diffDocument(before: ParsedDocument | undefined, after: ParsedDocument | undefined): DocumentDiff {
  const changes = diffSources(before?.source, after?.source);
  const { kind, name } = (after ?? before) as ParsedDocument;
  const whole = before === undefined ? "added" : after === undefined ? "removed" : undefined;
  return { document: { kind, name }, status: whole ?? (changes.length === 0 ? "unchanged" : "changed"), changes };
}

/** The differences between two pieces of plain data by path; none exactly where both hold the same. */
export function diffSources(before: JsonValue | undefined, after: JsonValue | undefined): DocumentChange[] {
  return compare([], before, after);
}

type Trail = readonly string[];

function compare(trail: Trail, before: JsonValue | undefined, after: JsonValue | undefined): DocumentChange[] {
  const path = trailText(trail);
  if (before === undefined) return after === undefined ? [] : [{ path, kind: "added", after }];
  if (after === undefined) return [{ path, kind: "removed", before }];
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => compare([...trail, `.${key}`], own(before, key), own(after, key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(trail, before, after);
  return same(before, after) ? [] : [{ path, kind: "changed", before, after }];
}

/** Lists of items with identities are matched by them; other lists of texts and numbers are compared as one value. */
function compareLists(trail: Trail, before: JsonValue[], after: JsonValue[]): DocumentChange[] {
  const path = trailText(trail);
  if (same(before, after)) return [];
  const old = identified(before);
  const fresh = identified(after);
  if (old === undefined || fresh === undefined) return [{ path, kind: "changed", before, after }];
  const names = new Set([...old.keys(), ...fresh.keys()]);
  const changes = [...names].flatMap((name) => {
    const step = [...trail, `[${name}]`];
    const [was, is] = [old.get(name), fresh.get(name)];
    // A gate stands under its kind already, so its only key is not said twice.
    const single = [was, is].every((item) => item === undefined || isSingle(item, name));
    return single ? compare(step, inside(was, name), inside(is, name)) : compare(step, was, is);
  });
  const [oldOrder, newOrder] = [kept(old, fresh), kept(fresh, old)];
  if (same(oldOrder, newOrder)) return changes;
  return [...changes, { path, kind: "reordered", before: [...old.keys()], after: [...fresh.keys()] }];
}

function isSingle(item: JsonValue, name: string): boolean {
  return isMapping(item) && identityKey(item) === undefined && singleKey(item) === name;
}

function inside(item: JsonValue | undefined, name: string): JsonValue | undefined {
  return isMapping(item) ? own(item, name) : undefined;
}

function kept(items: Map<string, JsonValue>, others: Map<string, JsonValue>): string[] {
  return [...items.keys()].filter((name) => others.has(name));
}

/** The items by their identities, or undefined where one has none or two have the same. */
function identified(items: JsonValue[]): Map<string, JsonValue> | undefined {
  const map = new Map<string, JsonValue>();
  for (const item of items) {
    const identity = isMapping(item) ? (identityKey(item) ?? singleKey(item)) : undefined;
    if (identity === undefined || map.has(identity)) return undefined;
    map.set(identity, item);
  }
  return map;
}

/** What a person would call the item: its name, its address, or who has which role. */
function identityKey(item: { [key: string]: JsonValue }): string | undefined {
  const who = own(item, "group") ?? own(item, "email");
  const role = own(item, "role");
  if (typeof who === "string" && typeof role === "string") return `${who} ${role}`;
  const identity = own(item, "name") ?? own(item, "url");
  return typeof identity === "string" ? identity : undefined;
}

function singleKey(item: { [key: string]: JsonValue }): string | undefined {
  const keys = Object.keys(item);
  return keys.length === 1 ? keys[0] : undefined;
}

function isMapping(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(item: { [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(item, key) ? item[key] : undefined;
}

function same(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => same(item, b[index] as JsonValue));
  }
  if (!isMapping(a) || !isMapping(b)) return Object.is(a, b);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key] as JsonValue, b[key] as JsonValue))
  );
}

function trailText(trail: Trail): string {
  return trail.join("").replace(/^\./, "");
}
