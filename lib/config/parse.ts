import type { z } from "zod";
import { connectionViolations, type KnownConnection, sharedTargets } from "@/lib/config/connection-rules";
import { type DocumentError, formatPath, type Path, shownValue, type Violation } from "@/lib/config/document-error";
import { projectViolations } from "@/lib/config/project-rules";
import { signalViolations } from "@/lib/config/signal-rules";
import { type JsonValue, readYaml, type SourceDocument } from "@/lib/config/yaml-source";
import { valueAt, zodViolations } from "@/lib/config/zod-violations";
import { textIssues } from "@/lib/pipeline/plain-text";
import { type ConnectionDocument, connectionDocument } from "@/lib/pipeline/policy/connection";
import { type ProjectDocument, projectDocument } from "@/lib/pipeline/policy/project";

/** A document as it stands in the file: plain data, with the text (comments too) that it was read from. */
interface Written {
  name: string;
  source: JsonValue;
  text: string;
}

/** One valid document. `source` is in the file's own form (`2h`), the parsed policy in ours (`forMs: 7200000`). */
export type ParsedDocument =
  | ({ kind: "Connection"; connection: ConnectionDocument } & Written)
  | ({ kind: "Project"; project: ProjectDocument } & Written);

export type ParsedFile = { ok: true; documents: ParsedDocument[] } | { ok: false; errors: DocumentError[] };

const errorsMax = 100;
const apiVersion = "waybill.dev/v1";
const schemas: Record<"Connection" | "Project", z.ZodType> = {
  Connection: connectionDocument,
  Project: projectDocument,
};

interface Found {
  source: SourceDocument;
  document?: ParsedDocument;
  violations: Violation[];
}

/**
 * Reads a project file: all of it, or none. `knownConnections` are those already applied; a connection in the file
 * takes the place of the one of the same name. Never throws for what stands in the text; errors never hold a secret.
 */
export function parseDocuments(text: string, knownConnections: readonly KnownConnection[] = []): ParsedFile {
  const yaml = readYaml(text);
  if (!yaml.ok) return { ok: false, errors: limited(yaml.errors) };
  const found = yaml.documents.map(readOne);
  addRules(found, knownConnections);
  const errors = found.flatMap(({ source, violations }) => violations.map((violation) => located(source, violation)));
  if (errors.length > 0) return { ok: false, errors: limited(errors) };
  return { ok: true, documents: found.flatMap(({ document }) => (document === undefined ? [] : [document])) };
}

function readOne(source: SourceDocument): Found {
  const { value, text } = source;
  const violations: Violation[] = [];
  const kind = valueAt(value, ["kind"]);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const message = "is not a mapping";
    return {
      source,
      violations: [{ code: "invalid", path: [], message, allowed: "a document of kind Connection or Project" }],
    };
  }
  if (valueAt(value, ["apiVersion"]) !== apiVersion) violations.push(header(value, "apiVersion", [apiVersion]));
  if (kind !== "Connection" && kind !== "Project") {
    return { source, violations: [...violations, header(value, "kind", Object.keys(schemas))] };
  }
  violations.push(...textIssues(value).map((issue) => ({ ...issue, ...unreadable })));
  if (violations.length > 0) return { source, violations };

  const parsed = kind === "Connection" ? connectionDocument.safeParse(value) : projectDocument.safeParse(value);
  if (!parsed.success)
    return { source, violations: zodViolations({ schema: schemas[kind], kind, value }, parsed.error) };
  const written = { name: parsed.data.name, source: value, text };
  const document: ParsedDocument =
    "services" in parsed.data
      ? { kind: "Project", project: parsed.data, ...written }
      : { kind: "Connection", connection: parsed.data, ...written };
  return { source, document, violations };
}

const unreadable = { code: "invalid", allowed: "text that is stored and read as it is written" } as const;

function header(value: JsonValue, key: "apiVersion" | "kind", allowed: string[]): Violation {
  const given = valueAt(value, [key]);
  const base = { path: [key], allowed: allowed.join(" or ") };
  if (given === undefined) return { ...base, code: "missing", message: "is missing" };
  const shown = shownValue(given, [key], undefined);
  return {
    ...base,
    code: "invalid",
    ...(shown === undefined ? {} : { value: shown }),
    message: `is not a known ${key}`,
  };
}

/** Adds what can only be said about documents together, to those that are well-formed by themselves. */
function addRules(found: Found[], knownConnections: readonly KnownConnection[]): void {
  const connections = new Map(knownConnections.map((connection) => [connection.name, connection]));
  for (const { source, document } of found) {
    const name = valueAt(source.value, ["metadata", "name"]);
    if (document?.kind === "Connection") connections.set(document.name, document.connection);
    else if (document === undefined && valueAt(source.value, ["kind"]) !== "Project" && typeof name === "string") {
      connections.set(name, { name, kind: undefined, projects: [] });
    }
  }
  const projects = found.flatMap((item) => (item.document?.kind === "Project" ? [item.document.project] : []));
  const shared = sharedTargets(projects);
  const seen = new Set<string>();
  for (const item of found) {
    const { document } = item;
    if (document === undefined) continue;
    const key = `${document.kind} ${document.name}`;
    if (seen.has(key)) item.violations.push(...nameTwice(document));
    seen.add(key);
    if (document.kind !== "Project") continue;
    item.violations.push(...projectViolations(document.project));
    item.violations.push(...signalViolations(document.project));
    item.violations.push(...connectionViolations(document.project, [...connections.values()]));
    for (const { project, violation } of shared) if (project === document.project) item.violations.push(violation);
  }
}

function nameTwice({ kind, name }: ParsedDocument): Violation[] {
  const path: Path = ["metadata", "name"];
  const message = `is the name of another ${kind} in this file already`;
  return [{ code: "duplicate", path, value: JSON.stringify(name), message, allowed: "a name of its own" }];
}

function located(source: SourceDocument, { atKey, path, ...violation }: Violation): DocumentError {
  return { ...violation, document: source.index, path: formatPath(path), ...source.locate(path, atKey) };
}

function limited(errors: DocumentError[]): DocumentError[] {
  const sorted = errors.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const kept = sorted.slice(0, errorsMax);
  const last = kept.at(-1);
  if (last === undefined || sorted.length === kept.length) return kept;
  const message = `has ${sorted.length - kept.length} more errors, which are not listed`;
  return [...kept, { ...last, code: "tooMany", path: "", value: undefined, message, allowed: "a file without errors" }];
}
