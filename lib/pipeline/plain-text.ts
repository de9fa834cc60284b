import type { InputIssue } from "@/lib/pipeline/errors";

/**
 * Characters that turn the direction of the text around them (Unicode bidirectional algorithm, UAX 9: embeddings,
 * overrides, isolates): with them a reason or a file reads otherwise than it is (CVE-2021-42574). Marks are no such thing.
 */
const turning = /[\u202a-\u202e\u2066-\u2069]/u;

/** Why a text may not be stored and shown as it is, or undefined where it may. */
function textProblem(text: string): string | undefined {
  if (text.includes("\u0000")) return "holds a NUL character, which no text may hold";
  if (!text.isWellFormed()) return "holds half of a character (a lone surrogate)";
  const found = turning.exec(text)?.[0];
  if (found === undefined) return undefined;
  const point = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return `holds the invisible character U+${point}, which changes the order in which text is read`;
}

interface TextIssue {
  path: (string | number)[];
  message: string;
}

/** What is wrong with the texts in a value of plain data, its keys included, each with its path. */
export function textIssues(value: unknown, path: readonly (string | number)[] = []): TextIssue[] {
  if (typeof value === "string") {
    const message = textProblem(value);
    return message === undefined ? [] : [{ path: [...path], message }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const ofKey = textProblem(key);
    return [
      ...(ofKey === undefined ? [] : [{ path: [...path], message: `has a key that ${ofKey}` }]),
      ...textIssues(inner, at),
    ];
  });
}

/** The same for the parameters of an address. */
export function parameterIssues(parameters: Iterable<[string, string]>): InputIssue[] {
  return [...parameters].flatMap(([name, value]) => {
    const message = textProblem(name) ?? textProblem(value);
    return message === undefined ? [] : [{ path: textProblem(name) === undefined ? name : "", message }];
  });
}

/** `text` with a space for each sign that a text of ours may not hold, so that one odd sign does not lose a message. */
export function withSpaces(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\u0000", " ")
    .replace(/[\u202a-\u202e\u2066-\u2069]/gu, " ");
}

const shownInstead = "\ufffd";

/** Text that an outside system says (an image's label, a person's name), fit to be stored and shown on one line. */
export function outsideText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u202a-\u202e\u2066-\u2069]/gu, shownInstead)
    .replace(/\p{Cc}+/gu, " ")
    .trim();
}
