import type { z } from "zod";
import { type DocumentErrorCode, type Path, shownValue, type Violation } from "@/lib/config/document-error";
import { isLaterKey } from "@/lib/config/future-keys";
import { nearestName } from "@/lib/config/nearest-name";
import { allowedBy, keysOf, schemaAt } from "@/lib/config/schema-at";

interface Subject {
  schema: z.core.$ZodType;
  kind: "Connection" | "Project";
  value: unknown;
}

/** What zod found wrong with a document, in words that name the value and what is allowed; one a path and key. */
export function zodViolations(subject: Subject, error: z.core.$ZodError): Violation[] {
  const found = new Map<string, Violation>();
  const unknownAt = error.issues
    .filter((issue) => issue.code === "unrecognized_keys")
    .map((issue) => issue.path.join("."));
  for (const issue of error.issues) {
    // Where a key is not known, a rule about the known ones beside it would only repeat that.
    if (issue.code === "custom" && unknownAt.includes(issue.path.join("."))) continue;
    for (const violation of violationsOf(subject, issue)) {
      const key = JSON.stringify([violation.path, violation.atKey]);
      if (!found.has(key)) found.set(key, violation);
    }
  }
  return [...found.values()];
}

function violationsOf(subject: Subject, issue: z.core.$ZodIssue): Violation[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(subject, path, key));

  const value = valueAt(subject.value, path);
  const schema = schemaAt(subject.schema, path);
  const params = issue.code === "custom" ? issue.params : undefined;
  const base = {
    path,
    allowed: text(params?.allowed) ?? (schema === undefined ? "what the JSON Schema says" : allowedBy(schema)),
    ...shown(value, path, subject),
  };
  if (issue.code === "invalid_key") {
    const parent = path.slice(0, -1);
    const allowed = "a name: 1 to 63 of a-z, 0-9 and -, starting and ending with a letter or digit";
    return [{ code: "invalid", path: parent.concat(path.slice(-1)), message: "is not a name", allowed, atKey: true }];
  }
  if (value === undefined && issue.code !== "custom") return [{ ...base, code: "missing", message: "is missing" }];
  if (issue.code !== "custom") return [{ ...base, code: "invalid", message: messageOf(issue, value) }];
  const message = issue.message === "Invalid input" ? "is out of bounds" : issue.message;
  return [{ ...base, code: codeOf(params?.code), message }];
}

function unknownKey(subject: Subject, path: string[] | Path, key: string): Violation {
  const schema = schemaAt(subject.schema, path);
  const keys = schema === undefined ? [] : keysOf(schema);
  const base = { path: [...path, key], allowed: `the keys ${keys.join(", ")}`, atKey: true };
  if (isLaterKey(subject.kind, path, key)) {
    return { ...base, code: "notAvailable", message: "is not available in this version of Waybill" };
  }
  const nearest = nearestName(key, keys);
  const hint = nearest === undefined ? "" : `, did you mean ${nearest}?`;
  return { ...base, code: "unknownKey", message: `is an unknown key${hint}` };
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `is ${typeName(value)}, which cannot stand here`;
    case "too_small":
      return issue.origin === "array" ? "has too few items" : `is below ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array" ? "has too many items" : `is above ${issue.maximum}`;
    default:
      return "is not allowed";
  }
}

function typeName(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? "a text" : typeof value === "number" ? "a number" : "true or false";
}

function codeOf(code: unknown): DocumentErrorCode {
  return code === "notAvailable" || code === "secret" ? code : "invalid";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function shown(value: unknown, path: Path, subject: Subject): { value?: string } {
  const text = shownValue(value, path, subject.kind);
  return text === undefined ? {} : { value: text };
}

/** What stands at `path` in plain data; undefined where nothing does. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<string | number, unknown>)[part];
  }
  return current;
}
