import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  visit,
  YAMLSeq,
} from "yaml";

const options = {
  ...{ lineWidth: 0, blockQuote: false, verifyAliasOrder: false },
  doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
} as const;

/**
 * A node as it stands in a text, `{ a: 1, b: [x] }` where it is in brackets. Lines behind the first begin with `column`
 * spaces; `inFlow`: it stands within brackets already.
 */
export function printNode(node: Node, column: number, inFlow: boolean): string {
  if (inFlow || !isCollection(node) || node.flow)
    return hasComments(node) ? byLibrary(node, column) : inline(node, inFlow);
  return hasComments(node) ? byLibrary(node, column) : block(node, column);
}

/** The node in brackets, on one line. */
export function inline(node: unknown, inFlow = true): string {
  if (isAlias(node)) return `*${node.source}`;
  if (isMap(node)) {
    const pairs = node.items.map(({ key, value }) => `${inline(key)}: ${inline(value)}`);
    return anchored(node, pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`);
  }
  if (isSeq(node)) return anchored(node, `[${node.items.map((item) => inline(item)).join(", ")}]`);
  return isScalar(node) ? scalar(node, inFlow) : "null";
}

function block(node: unknown, column: number): string {
  const indent = `\n${" ".repeat(column)}`;
  if (isMap(node) && !node.flow && node.items.length > 0) {
    return node.items.map(({ key, value }) => `${inline(key)}:${under(value, column)}`).join(indent);
  }
  if (isSeq(node) && !node.flow && node.items.length > 0) {
    return node.items.map((item) => `- ${block(item, column + 2)}`).join(indent);
  }
  return inline(node, false);
}

/** What stands behind a key: on its line, or on the next ones. */
function under(value: unknown, column: number): string {
  if (!isCollection(value) || value.flow || value.items.length === 0) return ` ${inline(value, false)}`;
  const anchor = value.anchor ? ` &${value.anchor}` : "";
  return `${anchor}\n${" ".repeat(column + 2)}${block(value, column + 2)}`;
}

function anchored(node: { anchor?: string }, text: string): string {
  return node.anchor ? `&${node.anchor} ${text}` : text;
}

/** As a value or within brackets, so that whatever may not stand there is quoted. */
function scalar(node: Scalar, inFlow: boolean): string {
  const document = new Document();
  if (typeof node.value === "string" && node.value.includes("\n")) return JSON.stringify(node.value);
  if (inFlow) {
    const within = new YAMLSeq();
    within.flow = true;
    within.items = [node];
    document.contents = within as unknown as typeof document.contents;
    return document.toString(options).trim().slice(1, -1).trim();
  }
  document.contents = document.createNode({ k: node }) as unknown as typeof document.contents;
  return document.toString(options).slice("k: ".length).trimEnd();
}

function byLibrary(node: Node, column: number): string {
  const document = new Document();
  document.contents = node as unknown as typeof document.contents;
  return document
    .toString(options)
    .trimEnd()
    .replaceAll("\n", `\n${" ".repeat(column)}`);
}

function hasComments(node: Node): boolean {
  let found = false;
  visit(node, {
    Node(_, one) {
      if (!isNode(one) || !(one.comment || one.commentBefore)) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}
