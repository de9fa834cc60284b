import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
} from "yaml";
import type { DocumentError, Path } from "@/lib/config/document-error";
import { formatPath } from "@/lib/config/document-error";

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export interface Place {
  line: number;
  column: number;
}

/** One document of a YAML text, as plain data, with the way back to where each part of it stands. */
export interface SourceDocument {
  /** Counted from 0, empty documents too. */
  index: number;
  value: JsonValue;
  /** The document's own part of the text, with its comments. */
  text: string;
  /** Where the value at `path` stands, or its key; where it is missing, the nearest that holds it. */
  locate(path: Path, atKey?: boolean): Place;
}

const bytesMax = 1_048_576;
const aliasesMax = 100;
// Under one of these, what the reader took for a key may be a secret that was written badly.
const secretKeys = new Set<string | number>(["username", "password", "token", "kubeconfig"]);
const troublesMax = 10;
const pathPartsMax = 20;

// The parser's own messages repeat parts of the text, and the text may hold what should have been a secret.
const messages: Record<string, string> = {
  DUPLICATE_KEY: "is given twice",
  NON_STRING_KEY: "is a key that is no text",
  BAD_ALIAS: "is an alias without its anchor",
  BAD_INDENT: "is indented wrongly",
  TAB_AS_INDENT: "is indented with a tab",
  MISSING_CHAR: "lacks a closing character",
  TAG_RESOLVE_FAILED: "has a tag that is not known",
  RESOURCE_EXHAUSTION: "is nested too deeply",
};

/** Reads a YAML text of one or more documents. Empty documents are left out; errors never repeat the text. */
export function readYaml(
  text: string,
): { ok: true; documents: SourceDocument[] } | { ok: false; errors: DocumentError[] } {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > bytesMax) {
    const error = wholeFile("tooLarge", `has ${bytes} bytes`, `at most ${bytesMax} bytes`);
    return { ok: false, errors: [error] };
  }
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
    logLevel: "silent",
  });
  const documents: SourceDocument[] = [];
  const errors: DocumentError[] = [];
  for (const [index, document] of (Array.isArray(parsed) ? parsed : []).entries()) {
    const read = readDocument({ text, document, index, lines });
    if ("errors" in read) errors.push(...read.errors);
    else if (read.source !== undefined) documents.push(read.source);
  }
  if (errors.length > 0) return { ok: false, errors };
  if (documents.length > 0) return { ok: true, documents };
  return { ok: false, errors: [wholeFile("missing", "is empty", "documents of kind Connection or Project")] };
}

interface Reading {
  text: string;
  document: Document.Parsed;
  index: number;
  lines: LineCounter;
}

function readDocument(reading: Reading): { errors: DocumentError[] } | { source: SourceDocument | undefined } {
  const { text, document, index } = reading;
  const troubles = [...document.errors, ...document.warnings];
  if (troubles.length > 0) {
    // What follows a document's first mistakes is most often their echo.
    const first = troubles.find((trouble) => trouble.code === "RESOURCE_EXHAUSTION");
    const named = first === undefined ? troubles.slice(0, troublesMax) : [first];
    return { errors: named.map((trouble) => yamlError(reading, messages[trouble.code], trouble.pos[0])) };
  }
  if (document.directives.yaml.explicit) {
    return { errors: [yamlError(reading, "has a %YAML directive", document.range[0], "YAML 1.2 without directives")] };
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { source: undefined };
  }
  const forbidden = forbiddenKey(document);
  if (forbidden !== undefined) return { errors: [yamlError(reading, "is a key that is never allowed", forbidden)] };
  try {
    const value = document.toJS({ maxAliasCount: aliasesMax }) as JsonValue;
    const locate = (path: Path, atKey?: boolean) => placeAt(reading, path, atKey ?? false);
    return { source: { index, value, text: text.slice(document.range[0], document.range[2]), locate } };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const allowed = `at most ${aliasesMax} uses of anchors`;
    return { errors: [yamlError(reading, "uses anchors too often", document.range[0], allowed)] };
  }
}

/** The offset of a key `__proto__`: object readers skip it silently, and then a key would be neither known nor refused. */
function forbiddenKey(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key) || pair.key.value !== "__proto__") return undefined;
      offset = pair.key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function placeAt({ document, lines }: Reading, path: Path, atKey: boolean): Place {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? document.range[0];
  for (const [depth, part] of path.entries()) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    const last = depth === path.length - 1;
    if (isMap(holder)) {
      const pair = holder.items.find((item) => isScalar(item.key) && item.key.value === String(part));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
      if (!(last && atKey)) offset = startOf(node) ?? offset;
    } else if (isSeq(holder) && typeof part === "number") {
      node = holder.items[part];
      if (node === undefined) break;
      offset = startOf(node) ?? offset;
    } else break;
  }
  return place(lines, offset);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** The path of the deepest part of the document that holds `offset`. */
function pathAt(document: Document.Parsed, offset: number): Path {
  const path: (string | number)[] = [];
  let node: Node | null | undefined = document.contents;
  while (path.length < pathPartsMax) {
    const step = stepTowards(node, offset);
    if (step === undefined) break;
    path.push(step.part);
    if (secretKeys.has(step.part)) break;
    node = step.node;
  }
  return path;
}

function stepTowards(node: unknown, offset: number): { part: string | number; node: Node | null } | undefined {
  if (isMap(node)) {
    const pair = node.items.findLast((item) => (startOf(item.key) ?? Number.POSITIVE_INFINITY) <= offset);
    if (pair === undefined || !isScalar(pair.key)) return undefined;
    return { part: String(pair.key.value), node: isNode(pair.value) ? pair.value : null };
  }
  if (isSeq(node)) {
    const part = node.items.findLastIndex((item) => (startOf(item) ?? Number.POSITIVE_INFINITY) <= offset);
    const item = node.items[part];
    return part === -1 || !isNode(item) ? undefined : { part, node: item };
  }
  return undefined;
}

function yamlError(
  reading: Reading,
  message = "is not well-formed YAML",
  offset: number,
  allowed = "YAML 1.2 with text keys, each given once",
): DocumentError {
  const path = formatPath(pathAt(reading.document, offset));
  return { code: "yaml", document: reading.index, path, ...place(reading.lines, offset), message, allowed };
}

function place(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function wholeFile(code: DocumentError["code"], message: string, allowed: string): DocumentError {
  return { code, document: 0, path: "", line: 1, column: 1, message, allowed };
}
