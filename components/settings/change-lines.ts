import type { TextChange } from "@/components/settings/documents-outcome";
import type { DiffLine } from "@/components/sheet/diff-lines";

const linesMax = 40;

/** A change as lines that went and came, in the file's own form; a long one is cut, and says so. */
export function changeLines(change: TextChange): DiffLine[] {
  const lines = [...linesOf("cut", change.before), ...linesOf("add", change.after)];
  if (lines.length <= linesMax) return lines;
  return [...lines.slice(0, linesMax), { kind: "same", text: `and ${lines.length - linesMax} more lines` }];
}

function linesOf(kind: DiffLine["kind"], value: TextChange["before"]): DiffLine[] {
  if (value === undefined) return [];
  return yamlLines(value).map((text) => ({ kind, text }));
}

type Value = NonNullable<TextChange["before"]> | null;

/** Plain data as a person would write it in the file: enough to be read, not to be parsed. */
export function yamlLines(value: Value, indent = ""): string[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${indent}[]`];
    return value.flatMap((item) => {
      const [first = "", ...rest] = yamlLines(item, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  if (typeof value === "object" && value !== null) {
    const keys = Object.entries(value);
    if (keys.length === 0) return [`${indent}{}`];
    return keys.flatMap(([key, item]) => {
      const isNested = typeof item === "object" && item !== null && Object.keys(item).length > 0;
      if (isNested) return [`${indent}${key}:`, ...yamlLines(item, `${indent}  `)];
      const [first = "", ...rest] = yamlLines(item, `${indent}  `);
      return [`${indent}${key}: ${first.trimStart()}`, ...rest];
    });
  }
  return plain(value)
    .split("\n")
    .map((line) => `${indent}${line}`);
}

function plain(value: Value): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}
