import { z } from "zod";
import { can, mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext } from "@/lib/commands/context";
import { type Proposed, proposePolicy } from "@/lib/commands/propose-policy";
import { type ProjectPart, saveProject } from "@/lib/commands/save-project";
import { type DocumentDiff, diffDocuments } from "@/lib/config/diff";
import type { DocumentError } from "@/lib/config/document-error";
import { guardedEnvironments } from "@/lib/config/guarded-environments";
import { type ParsedDocument, parseDocuments } from "@/lib/config/parse";
import { json, type Queryable, sql } from "@/lib/db/sql";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { Conflict, parseInput } from "@/lib/pipeline/errors";
import { instanceChain } from "@/lib/pipeline/instance-chain";
import type { ConnectionDocument } from "@/lib/pipeline/policy/connection";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";
import type { Entry } from "@/lib/pipeline/promotion/entry";

export const applyDocumentsInput = z.strictObject({
  text: z.string().max(1_000_000, "must be 1 MB at most"),
  dryRun: z.boolean().default(false),
  /** The version that was edited, by project; another one by now is a Conflict. */
  basedOn: z.record(z.string(), z.int()).optional(),
});

export interface Applied {
  kind: "applied";
  dryRun: boolean;
  /** What changes, or would change; unchanged documents have no changes. */
  diffs: DocumentDiff[];
  versions: Record<string, number>;
  /** Projects of which this changes the guard of protected environments: a second person confirms that. */
  secondPerson: { project: string; environments: string[] }[];
  /** What waits for that person now; not applied yet. */
  proposals: Proposed[];
}

/** How it came here. */
export interface ApplyOptions {
  /** Whoever applies it starts the installation itself, and could change its database: nobody else is asked. */
  operator?: boolean;
}

/** The whole text is refused, and nothing is applied. */
export interface InvalidDocuments {
  kind: "invalidDocuments";
  errors: DocumentError[];
}

type ConnectionPart = ParsedDocument & { kind: "Connection" };

/**
 * Applies a project file, all of it or none; with `dryRun` it only says what would change. Connections need an
 * administrator of the installation, a new project too; a known project needs the right to configure it. Every version is
 * kept with who applied it; plans that were made before are void from here on, and say so. What changes the guard of a
 * protected environment is not applied but proposed: another administrator confirms it.
 */
export async function applyDocuments(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
  options: ApplyOptions = {},
): Promise<Applied | InvalidDocuments> {
  const input = parseInput(applyDocumentsInput, raw);
  const parsed = await readDocuments(context, principal, input.text);
  if (parsed.kind === "invalidDocuments") return parsed;
  const connections = parsed.documents.filter((one): one is ConnectionPart => one.kind === "Connection");
  const projects = parsed.documents.filter((one): one is ProjectPart => one.kind === "Project");
  const stored = await loadStored(context.pool, parsed.documents);
  const diffs = diffDocuments(stored.documents, parsed.documents);
  authorize(principal, connections, projects, stored);
  checkBase(input.basedOn, stored.versions);
  const versions = { ...stored.versions };
  const secondPerson = options.operator ? [] : projects.flatMap((part) => guardedBy(stored, part));
  const told = { kind: "applied" as const, dryRun: input.dryRun, diffs, versions, secondPerson };
  const proposals: Proposed[] = [];
  if (input.dryRun) return { ...told, proposals };

  const changesOf = ({ kind, name }: ParsedDocument) =>
    diffs.find(({ document }) => document.kind === kind && document.name === name);
  const changed = (part: ParsedDocument) => (changesOf(part)?.status ?? "unchanged") !== "unchanged";
  const changedConnections = connections.filter(changed);
  if (changedConnections.length > 0) {
    await inLedgerTransaction(context.pool, instanceChain, (tx) =>
      saveConnections(tx, changedConnections, principal, context.now()),
    );
  }
  for (const part of projects.filter(changed)) {
    const guarded = secondPerson.find((one) => one.project === part.name);
    const base = stored.versions[part.name] ?? 0;
    const save = { principal, now: context.now(), changes: changesOf(part)?.changes ?? [], base };
    await inLedgerTransaction(context.pool, part.name, async (tx) => {
      if (guarded) proposals.push(await proposePolicy(tx, part, { ...save, environments: guarded.environments }));
      else versions[part.name] = await saveProject(tx, part, save);
    });
  }
  return { ...told, proposals };
}

/** A project file read together with the connections that are applied already; its errors only for whoever may have one checked. */
export async function readDocuments(
  context: Pick<CommandContext, "pool">,
  principal: Principal,
  text: string,
): Promise<{ kind: "documents"; documents: ParsedDocument[] } | InvalidDocuments> {
  const known = await context.pool.query<ConnectionDocument>(sql`select name, kind, projects from connection`);
  const parsed = parseDocuments(text, known);
  if (parsed.ok) return { kind: "documents", documents: parsed.documents };
  mustSeeErrors(principal);
  return { kind: "invalidDocuments", errors: parsed.errors };
}

/** The protected environments whose guard this document changes; none for a new project. */
function guardedBy(stored: Stored, part: ProjectPart): { project: string; environments: string[] }[] {
  const before = stored.projects.get(part.name);
  const environments = before ? guardedEnvironments(before, part.project) : [];
  return environments.length > 0 ? [{ project: part.name, environments }] : [];
}

/** Whoever may configure anything may have a text checked; others learn nothing from it. */
function mustSeeErrors(principal: Principal): void {
  const grants = principal.kind === "token" ? principal.owner.grants : principal.grants;
  const configures = grants.some((grant) => can(principal, "configure", { project: grant.project }));
  if (!configures) mustBeAbleTo(principal, "administer", { instance: true });
}

function authorize(principal: Principal, connections: ConnectionPart[], projects: ProjectPart[], stored: Stored): void {
  const changesConnection = connections.some((part) => {
    const before = stored.documents.find((one) => one.kind === "Connection" && one.name === part.name);
    return !before || JSON.stringify(before.source) !== JSON.stringify(part.source);
  });
  if (changesConnection) mustBeAbleTo(principal, "administer", { instance: true });
  for (const part of projects) {
    if (stored.versions[part.name] === undefined) mustBeAbleTo(principal, "administer", { instance: true });
    else mustBeAbleTo(principal, "configure", { project: part.name });
  }
}

function checkBase(basedOn: Record<string, number> | undefined, versions: Record<string, number>): void {
  for (const [project, version] of Object.entries(basedOn ?? {})) {
    if ((versions[project] ?? 0) !== version) {
      throw new Conflict(
        `${project} has version ${versions[project] ?? 0} by now, this was edited from version ${version}`,
        {
          version: versions[project] ?? 0,
        },
      );
    }
  }
}

interface Stored {
  documents: ParsedDocument[];
  versions: Record<string, number>;
  projects: Map<string, ProjectDocument>;
}

/** The stored counterparts of these documents, in the form in which they were written. */
async function loadStored(db: Queryable, documents: ParsedDocument[]): Promise<Stored> {
  const names = (kind: ParsedDocument["kind"]) => documents.filter((one) => one.kind === kind).map((one) => one.name);
  const projects = await db.query<{ name: string; version: number; text: string; document: ProjectDocument }>(
    sql`select p.name, p.file_version as version, f.text, p.document from project p
          join project_file f on f.project = p.name and f.version = p.file_version where p.name = any(${names("Project")})`,
  );
  const connections = await db.query<{ text: string }>(
    sql`select spec->>'text' as text from connection where name = any(${names("Connection")})`,
  );
  const known = await db.query<ConnectionDocument>(sql`select name, kind, projects from connection`);
  const texts = [...connections, ...projects].flatMap(({ text }) => {
    const parsed = parseDocuments(text, known);
    return parsed.ok ? parsed.documents : [];
  });
  const versions = Object.fromEntries(projects.map((one) => [one.name, one.version]));
  // The text as this version reads it; of one that it cannot read any more, the document as it was stored.
  const read = new Map(texts.flatMap((one) => (one.kind === "Project" ? [[one.name, one.project] as const] : [])));
  return {
    documents: texts,
    versions,
    projects: new Map(projects.map((one) => [one.name, read.get(one.name) ?? one.document])),
  };
}

async function saveConnections(
  tx: LedgerTransaction,
  parts: ConnectionPart[],
  principal: Principal,
  now: string,
): Promise<void> {
  const actor = actorOf(principal);
  const entries: Entry[] = [];
  for (const { connection, text } of parts) {
    const spec = { ...connection, text };
    const [row] = await tx.query<{ version: number }>(
      sql`insert into connection (name, kind, projects, spec, version, applied_by, applied_at)
          values (${connection.name}, ${connection.kind}, ${connection.projects}, ${json(spec)}::jsonb, 1, ${json(actor)}::jsonb, ${now})
          on conflict (name) do update set kind = excluded.kind, projects = excluded.projects, spec = excluded.spec,
            version = connection.version + 1, applied_by = excluded.applied_by, applied_at = excluded.applied_at,
            checked_at = null, trouble = null
          returning version`,
    );
    const data = { name: connection.name, connectionKind: connection.kind, version: row?.version ?? 1 };
    entries.push({ kind: "connection.applied", data, at: now, actor, subject: {} });
  }
  await tx.append(entries);
}
