import { isDeepStrictEqual } from "node:util";
import {
  Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  YAMLSeq,
} from "yaml";
import { inline, printNode } from "@/lib/config/print-yaml";
import type { JsonValue } from "@/lib/config/yaml-source";

/** A stretch of a text and what stands there instead. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** A text with the document that it was read as. */
export interface YamlText {
  text: string;
  document: Document.Parsed;
}

/** What is short stands on one line. */
const inlineMax = 90;

/**
 * The least that must change in the text for `node` to read as `value`: what stays the same keeps its bytes, comments and
 * anchors. Only a map or list of which that cannot be said by adding or taking away is written anew, with the comments of
 * what is kept. `inFlow`: it stands within brackets.
 */
export function patchNode(source: YamlText, node: Node, value: JsonValue, inFlow: boolean): Splice[] {
  if (isDeepStrictEqual(toData(source, node), value)) return [];
  const inside =
    isMap(node) && isObject(value)
      ? patchMap(source, node, value, inFlow)
      : isSeq(node) && Array.isArray(value)
        ? patchSeq(source, node, value, inFlow)
        : undefined;
  if (inside) return inside;
  const [start, end] = extentOf(source, node);
  return [{ start, end, text: written(rewritten(source, node, value), columnOf(source, start), inFlow) }];
}

/** A value as it stands in a text: `column` is where it begins, `inFlow` whether it is within brackets. */
export function writeValue(value: JsonValue, column: number, inFlow: boolean): string {
  return written(nodeOf(value), column, inFlow);
}

/** The same of a map whose own keys are never in brackets: `soak: { in: staging }`. */
export function writeOpen(value: JsonValue, column: number): string {
  const node = new Document().createNode(value) as Node;
  if (!isMap(node)) return writeValue(value, column, false);
  for (const pair of node.items) shape(pair.value);
  return written(node, column, false);
}

/** Where a node begins, and where its last character or the last comment within it ends. */
export function extentOf(source: Pick<YamlText, "text">, node: Node): [number, number] {
  const [start = 0, end = start] = node.range ?? [];
  const lines = source.text.slice(start, end).trimEnd().split("\n");
  // The library counts comments behind a block to it that are further out: those are of what follows.
  const isFurtherOut = (line: string) => /^ *#/.test(line) && line.indexOf("#") < columnOf(source, start);
  while (lines.length > 1 && isFurtherOut(lines.at(-1) ?? "")) lines.pop();
  return [start, start + lines.join("\n").trimEnd().length];
}

export function lineStart({ text }: Pick<YamlText, "text">, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

export function lineEnd({ text }: Pick<YamlText, "text">, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end;
}

/** How many characters stand before `offset` on its line. */
export function columnOf(source: Pick<YamlText, "text">, offset: number): number {
  return offset - lineStart(source, offset);
}

/** The text with all of the splices, none of which may overlap. */
export function spliced(text: string, splices: readonly Splice[]): string {
  // From the end, so that places stay; what is put into one place keeps its order.
  return splices
    .toReversed()
    .toSorted((a, b) => b.start - a.start)
    .reduce((done, { start, end, text: put }) => done.slice(0, start) + put + done.slice(end), text);
}

export function toData({ document }: YamlText, node: Node): JsonValue {
  return node.toJS(document) as JsonValue;
}

/** Where a pair begins and ends; undefined where it has no key or no value of its own in the text. */
export function pairExtent(source: YamlText, { key, value }: Pair): [number, number] | undefined {
  if (!isNode(key) || !isNode(value)) return undefined;
  return [extentOf(source, key)[0], extentOf(source, value)[1]];
}

/** Takes one of several stretches within brackets away, with the comma that it no longer needs. */
export function cutInFlow(extents: readonly [number, number][], place: number): Splice | undefined {
  const [here, before, after] = [extents[place], extents[place - 1], extents[place + 1]];
  if (!here) return undefined;
  if (after) return { start: here[0], end: after[0], text: "" };
  return before && { start: before[1], end: here[1], text: "" };
}

/** Takes whole lines away; undefined where they are shared with something before. */
function cutLines(source: YamlText, [start, end]: [number, number]): Splice | undefined {
  const from = lineStart(source, start);
  if (from === 0 || source.text.slice(from, start).trim() !== "") return undefined;
  return { start: from - 1, end: lineEnd(source, end), text: "" };
}

function patchMap(
  source: YamlText,
  node: YAMLMap,
  value: Record<string, JsonValue>,
  inFlow: boolean,
): Splice[] | undefined {
  const flow = inFlow || node.flow === true;
  const extents = node.items.map((pair) => pairExtent(source, pair));
  if (!extents.every((one) => one !== undefined)) return undefined;
  const keys = node.items.map(({ key }) => keyOf(key));
  const added = Object.keys(value).filter((key) => !keys.includes(key));
  const gone = keys.flatMap((key, place) => (Object.hasOwn(value, key) ? [] : [place]));
  const last = extents.at(-1);
  // Two that go stand beside each other perhaps, and what is added stands behind the last.
  if (!last || gone.length > 1 || gone.length === keys.length) return undefined;
  if (added.length > 0 && gone.includes(keys.length - 1)) return undefined;
  const cuts = gone.map((place) => {
    const here = extents[place];
    return flow ? cutInFlow(extents, place) : here && cutLines(source, here);
  });
  if (!cuts.every((one) => one !== undefined)) return undefined;
  const kept = node.items.flatMap((pair, place) => {
    const next = value[keys[place] ?? ""];
    if (gone.includes(place) || next === undefined || !isNode(pair.value)) return [];
    // A block that becomes something short stands behind its key, not below it.
    return patchNode(source, pair.value, next, flow);
  });
  const column = columnOf(source, extents[0]?.[0] ?? 0);
  const put = added.map((key) => {
    if (flow) return `, ${key}: ${writeValue(value[key] ?? null, 0, true)}`;
    return `\n${" ".repeat(column)}${writeOpen({ [key]: value[key] ?? null }, column)}`;
  });
  const end = flow ? last[1] : lineEnd(source, Math.max(last[1], extentOf(source, node)[1]));
  return [...kept, ...cuts, ...(put.length > 0 ? [{ start: end, end, text: put.join("") }] : [])];
}

function patchSeq(source: YamlText, node: YAMLSeq, value: JsonValue[], inFlow: boolean): Splice[] | undefined {
  const items = node.items.filter(isNode);
  const flow = inFlow || node.flow === true;
  if (items.length !== node.items.length || items.length === 0 || value.length === 0) return undefined;
  const extents = items.map((one) => extentOf(source, one));
  const same = (place: number, next: JsonValue | undefined) => {
    const item = items[place];
    return next !== undefined && item !== undefined && isDeepStrictEqual(toData(source, item), next);
  };
  if (items.length === value.length) {
    return items.flatMap((item, place) => patchNode(source, item, value[place] ?? null, flow));
  }
  if (value.length === items.length - 1) {
    const gone = items.findIndex((_, place) => !same(place, value[place]));
    if (!value.every((next, place) => same(place < gone ? place : place + 1, next))) return undefined;
    const here = extents[gone];
    const cut = flow ? cutInFlow(extents, gone) : here && cutItem(source, here);
    return cut && [cut];
  }
  if (value.length < items.length || !items.every((_, place) => same(place, value[place]))) return undefined;
  const more = value.slice(items.length);
  const last = extents.at(-1)?.[1] ?? 0;
  if (flow) return [{ start: last, end: last, text: more.map((one) => `, ${writeValue(one, 0, true)}`).join("") }];
  const column = columnOf(source, extents[0]?.[0] ?? 0);
  const lines = more.map((one) => `\n${" ".repeat(column - 2)}- ${writeValue(one, column, false)}`);
  const end = lineEnd(source, last);
  return column < 2 ? undefined : [{ start: end, end, text: lines.join("") }];
}

/** Takes an item and its dash away. */
function cutItem(source: YamlText, [start, end]: [number, number]): Splice | undefined {
  const from = lineStart(source, start);
  if (from === 0 || !/^ *- *$/.test(source.text.slice(from, start))) return undefined;
  return { start: from - 1, end: lineEnd(source, end), text: "" };
}

/** A copy of the node that reads as `value`; what of it is the same is the same node, with its comments and quotes. */
function rewritten(source: YamlText, node: Node, value: JsonValue): Node {
  if (isDeepStrictEqual(toData(source, node), value)) return node.clone() as Node;
  if (isMap(node) && isObject(value)) return rewrittenMap(source, node, value);
  if (isSeq(node) && Array.isArray(value)) return rewrittenSeq(source, node, value);
  const fresh = nodeOf(value);
  if (isScalar(node) && isScalar(fresh)) {
    fresh.comment = node.comment;
    if (typeof value === "string" && typeof node.value === "string" && !value.includes("\n")) fresh.type = node.type;
  }
  return fresh;
}

function rewrittenMap(source: YamlText, node: YAMLMap, value: Record<string, JsonValue>): Node {
  const copy = node.clone() as YAMLMap;
  copy.items = copy.items.filter(({ key }) => Object.hasOwn(value, keyOf(key)));
  for (const [key, next] of Object.entries(value)) {
    const pair = copy.items.find((one) => keyOf(one.key) === key);
    if (pair) pair.value = isNode(pair.value) ? rewritten(source, pair.value, next) : nodeOf(next);
    else copy.items.push(new Document().createPair(key, nodeOf(next)) as (typeof copy.items)[number]);
  }
  return copy;
}

/** Items that are the same keep their node, wherever they stand now. */
function rewrittenSeq(source: YamlText, node: YAMLSeq, value: readonly JsonValue[]): Node {
  const left = node.items.filter(isNode);
  const copy = new YAMLSeq();
  copy.flow = node.flow;
  copy.anchor = node.anchor;
  copy.items = value.map((next) => {
    const found = left.findIndex((one) => isDeepStrictEqual(toData(source, one), next));
    const [same] = found === -1 ? [] : left.splice(found, 1);
    return same?.clone() ?? nodeOf(next);
  });
  return copy;
}

/** A new value: what is short in brackets, what is long on lines of its own. */
function nodeOf(value: JsonValue): Node {
  const node = new Document().createNode(value) as Node;
  shape(node);
  return node;
}

function shape(node: unknown): void {
  if (!isCollection(node)) return;

  const manyOfMany = isSeq(node) && node.items.length > 1 && node.items.some(isCollection);
  if (inline(node).length <= inlineMax && !manyOfMany) {
    node.flow = true;
    return;
  }
  for (const item of node.items) shape(isMap(node) ? (item as { value: unknown }).value : item);
}

/** What stands around the node stays where it is. */
function written(node: Node, column: number, inFlow: boolean): string {
  node.comment = undefined;
  node.commentBefore = undefined;
  return printNode(node, column, inFlow);
}

function keyOf(key: unknown): string {
  return String(key instanceof Scalar ? key.value : key);
}

function isObject(value: JsonValue): value is Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
