import { isDeepStrictEqual } from "node:util";
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { type EnvironmentSource, editedEnvironment, type GateEdit } from "@/lib/config/gate-edit";
import {
  columnOf,
  cutInFlow,
  extentOf,
  lineEnd,
  lineStart,
  pairExtent,
  patchNode,
  type Splice,
  spliced,
  writeOpen,
  writeValue,
  type YamlText,
} from "@/lib/config/patch-yaml";
import type { JsonValue } from "@/lib/config/yaml-source";

export type EditedText =
  | { kind: "edited"; text: string }
  /** Another text than the form was made from has no such place. */
  | { kind: "notThere" }
  /** It says the same in a way that no form can keep: an anchor that others use, or a form of its own. */
  | { kind: "byHandOnly" };

/**
 * The text of a project file after one edit of a project's gates: only what the edit is about changes, everything else
 * keeps its bytes, comments and anchors. What comes out is read again, and must say exactly what was said before, edited.
 */
export function editGatesText(text: string, project: string, edit: GateEdit): EditedText {
  const documents = read(text);
  const found = documents?.find((one) => isProject(one, project));
  const environments: unknown = found?.getIn(["spec", "environments"], true);
  if (!documents || !found || !isSeq(environments)) return { kind: "notThere" };
  const environment = environments.items.find(
    (one): one is YAMLMap => isMap(one) && one.get("name") === edit.environment,
  );
  if (!environment) {
    const known = (environments.toJS(found) as { name?: unknown }[]).some((one) => one.name === edit.environment);
    return { kind: known ? "byHandOnly" : "notThere" };
  }
  const source = { text, document: found };
  const before = environment.toJS(found) as EnvironmentSource;
  const edited = editedEnvironment(before, edit);
  if (!edited) return { kind: "notThere" };
  // What came over a network may be made of objects of another kind, which compare as different.
  const after = JSON.parse(JSON.stringify(edited)) as EnvironmentSource;
  const splices =
    edit.kind === "require" ? editRequires(source, environment, after) : editList(source, environment, edit, after);
  if (!splices) return { kind: "byHandOnly" };
  const now = spliced(text, splices);
  const replaced = { at: environments.items.indexOf(environment), after };
  const wanted = documents.map((one) => dataOf(one, one === found ? replaced : undefined));
  return saysExactly(now, wanted, commentsOf(documents)) ? { kind: "edited", text: now } : { kind: "byHandOnly" };
}

/** Whether a text reads as these documents, with no comment that was not there before. */
function saysExactly(text: string, wanted: unknown[], comments: readonly string[]): boolean {
  const documents = read(text);
  if (!documents) return false;
  try {
    if (
      !isDeepStrictEqual(
        documents.map((one) => dataOf(one)),
        wanted,
      )
    )
      return false;
  } catch {
    // An alias whose anchor is gone or comes later.
    return false;
  }
  const left = [...comments];
  return commentsOf(documents).every((comment) => {
    const place = left.indexOf(comment);
    if (place !== -1) left.splice(place, 1);
    return place !== -1;
  });
}

function commentsOf(documents: readonly Document.Parsed[]): string[] {
  const found: (string | null | undefined)[] = [];
  for (const document of documents) {
    found.push(document.commentBefore, document.comment);
    visit(document, { Node: (_, node) => void (isNode(node) && found.push(node.commentBefore, node.comment)) });
  }
  return found.flatMap((one) => one?.split("\n") ?? []).map((line) => line.trim());
}

function read(text: string): Document.Parsed[] | undefined {
  const options = { prettyErrors: false, stringKeys: true, resolveKnownTags: false, logLevel: "silent" } as const;
  const parsed = parseAllDocuments(text, options);
  const documents = Array.isArray(parsed) ? (parsed as Document.Parsed[]) : [];
  return documents.length > 0 && documents.every((one) => one.errors.length === 0) ? documents : undefined;
}

function isProject(document: Document.Parsed, project: string): boolean {
  return document.get("kind") === "Project" && document.getIn(["metadata", "name"]) === project;
}

/** The document's data, with one of its environments replaced. */
function dataOf(document: Document.Parsed, replaced?: { at: number; after: EnvironmentSource }): unknown {
  const data = document.toJS() as { spec: { environments: unknown[] } };
  if (!replaced) return data;
  return { ...data, spec: { ...data.spec, environments: data.spec.environments.with(replaced.at, replaced.after) } };
}

function editRequires(source: YamlText, environment: YAMLMap, { requires }: EnvironmentSource): Splice[] | undefined {
  const node = environment.get("requires", true) as Node | undefined;
  if (requires !== undefined) {
    return node
      ? patchNode(source, node, requires, environment.flow === true)
      : addPair(source, environment, "requires", requires);
  }
  if (!node) return [];
  const { requires: _, ...rest } = environment.toJS(source.document) as Record<string, JsonValue>;
  return patchNode(source, environment, rest, environment.flow === true);
}

function editList(
  source: YamlText,
  environment: YAMLMap,
  edit: Exclude<GateEdit, { kind: "require" }>,
  { gates = [] }: EnvironmentSource,
): Splice[] | undefined {
  const list: unknown = environment.get("gates", true);
  if (list === undefined) return addPair(source, environment, "gates", gates);
  if (!isSeq(list)) return undefined;
  const flow = environment.flow === true || list.flow === true;
  if (list.items.length === 0 || gates.length === 0) return replaceList(source, environment, list, gates);
  if (edit.kind === "replace") {
    const item = list.items[edit.place];
    return isNode(item) ? patchNode(source, item, gates[edit.place] ?? null, flow) : undefined;
  }
  if (edit.kind === "add")
    return flow ? patchNode(source, list, gates, flow) : addItem(source, list, gates.at(-1) ?? null);
  const slots = flow
    ? list.items.map((one) => extentOf(source, one as Node))
    : list.items.map((one) => linesOf(source, one as Node));
  if (!slots.every((one) => one !== undefined)) return undefined;
  if (edit.kind === "remove") {
    const here = slots[edit.place];
    const cut = flow ? cutInFlow(slots, edit.place) : here && { start: here[0] - 1, end: here[1], text: "" };
    return cut && [cut];
  }
  const texts = slots.map(([start, end]) => source.text.slice(start, end));
  const [moved = ""] = texts.splice(edit.place, 1);
  texts.splice(edit.to, 0, moved);
  return slots.map(([start, end], place) => ({ start, end, text: texts[place] ?? "" }));
}

function addItem(source: YamlText, list: YAMLSeq, item: JsonValue): Splice[] {
  const column = columnOf(source, extentOf(source, list)[0]);
  const end = lineEnd(source, extentOf(source, list)[1]);
  return [{ start: end, end, text: `\n${" ".repeat(column)}- ${writeOpen(item, column + 2)}` }];
}

/** A list that was or becomes empty stands behind its key. */
function replaceList(source: YamlText, environment: YAMLMap, list: YAMLSeq, gates: JsonValue[]): Splice[] | undefined {
  const pair = environment.items.find(({ key }) => isScalar(key) && key.value === "gates");
  if (!pair || !isNode(pair.key)) return undefined;
  const [, keyEnd] = extentOf(source, pair.key);
  const [, end] = extentOf(source, list);
  const flow = environment.flow === true;
  const column = columnOf(source, extentOf(source, pair.key)[0]);
  const put = gates.length === 0 ? " []" : flow ? ` ${writeValue(gates, 0, true)}` : below(gates, column);
  return [{ start: keyEnd, end, text: `:${put}` }];
}

/** Items on lines of their own, two columns further than their key. */
function below(items: readonly JsonValue[], column: number): string {
  const indent = `\n${" ".repeat(column + 2)}`;
  return items.map((one) => `${indent}- ${writeOpen(one, column + 4)}`).join("");
}

/** A key that the environment does not have yet, behind what it goes with best. */
function addPair(
  source: YamlText,
  environment: YAMLMap,
  key: "gates" | "requires",
  value: JsonValue,
): Splice[] | undefined {
  const before = ["requires", "tag", "name"].find((one) => environment.has(one) && one !== key);
  const pair = environment.items.find((one) => isScalar(one.key) && one.key.value === before);
  const extent = pair && pairExtent(source, pair);
  const first = environment.items[0]?.key;
  if (!extent || !isNode(first)) return undefined;
  if (environment.flow) {
    return [{ start: extent[1], end: extent[1], text: `, ${key}: ${writeValue(value, 0, true)}` }];
  }
  const column = columnOf(source, extentOf(source, first)[0]);
  const end = lineEnd(source, extent[1]);
  const put = Array.isArray(value) ? `:${below(value, column)}` : `: ${writeValue(value, column + 2, false)}`;
  return [{ start: end, end, text: `\n${" ".repeat(column)}${key}${put}` }];
}

/** The whole lines of an item, with the comments that stand directly above it. */
function linesOf(source: YamlText, item: Node): [number, number] | undefined {
  const [start, end] = extentOf(source, item);
  let from = lineStart(source, start);
  if (from === 0 || !/^ *- *(&\S+ *)?$/.test(source.text.slice(from, start))) return undefined;
  // A comment that is further in belongs to what is above it.
  const comment = `${source.text.slice(from, start).replace(/-.*/, "")}#`;
  for (;;) {
    const above = lineStart(source, from - 1);
    if (above === 0 || !source.text.startsWith(comment, above)) break;
    from = above;
  }
  return [from, lineEnd(source, end)];
}
