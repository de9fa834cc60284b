export type Path = readonly (string | number)[];

export type DocumentErrorCode =
  | "yaml"
  | "tooLarge"
  | "missing"
  | "unknownKey"
  | "notAvailable"
  | "secret"
  | "duplicate"
  | "undefinedReference"
  | "cycle"
  | "invalid"
  | "tooMany";

/** What is wrong at a path of one document, before it is known where that stands in the text. */
export interface Violation {
  code: DocumentErrorCode;
  path: Path;
  /** What is wrong, to be read after the path and the value: `is not a duration`. */
  message: string;
  /** What may stand there. */
  allowed: string;
  /** The value as it may be shown; undefined where there is none, or where it may be a secret. */
  value?: string;
  /** True where the key itself is wrong, not what stands under it. */
  atKey?: boolean;
}

/** One thing that is wrong in a project file. `line` and `column` count from 1, `document` from 0. */
export interface DocumentError extends Omit<Violation, "path" | "atKey"> {
  document: number;
  /** `spec.environments[1].gates[0].approval.count`; empty for the document as a whole. */
  path: string;
  line: number;
  column: number;
}

/** `["spec", "environments", 1, "tag"]` as `spec.environments[1].tag`; a key that is no plain word is quoted. */
export function formatPath(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z0-9_-]+$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** One line for a person: where, what, the value, and what is allowed. It never holds a secret. */
export function formatDocumentError(error: DocumentError, file?: string): string {
  const where = `${file === undefined ? "" : `${file}:`}${error.line}:${error.column}`;
  const what = error.path === "" ? "the document" : error.path;
  const value = error.value === undefined ? "" : ` (${error.value})`;
  return `${where}: ${what}${value} ${error.message}; allowed: ${error.allowed}`;
}

const shownCharactersMax = 80;
const openKeys = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "name",
  "title",
  "projects",
  "url",
  "realms",
  "redirectHosts",
  "insecureHttp",
  "inCluster",
  "context",
  "team",
  "user",
  "api",
  "host",
  "port",
  "security",
]);

/** Where a project's own part holds references to secrets: somebody may write the secret itself there. */
const secretKeys = new Set(["webhook", "secret", "slack", "teams"]);

/**
 * A value as an error may show it. Whatever stands under a key that can hold a secret is left out, and so is an address
 * with a password, because errors are logged and sent.
 */
export function shownValue(value: unknown, path: Path, documentKind: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "a mapping";
  const key = path.findLast((part) => typeof part === "string");
  if (typeof key === "string" && secretKeys.has(key)) return typeof value === "string" ? undefined : String(value);
  if (documentKind !== "Project") {
    if (typeof key !== "string" || !openKeys.has(key)) return typeof value === "string" ? undefined : String(value);
  }
  if (typeof value !== "string") return String(value);
  if (/\/\/[^/]*@/.test(value)) return undefined;
  return JSON.stringify(value.length > shownCharactersMax ? `${value.slice(0, shownCharactersMax)}…` : value);
}
