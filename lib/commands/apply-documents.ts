import { createHash } from "node:crypto";
import { z } from "zod";
import { can, mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext } from "@/lib/commands/context";
import { type DocumentDiff, diffDocuments } from "@/lib/config/diff";
import type { DocumentError } from "@/lib/config/document-error";
import { type ParsedDocument, parseDocuments } from "@/lib/config/parse";
import { json, type Queryable, sql } from "@/lib/db/sql";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { Conflict, parseInput } from "@/lib/pipeline/errors";
import { freezesOf } from "@/lib/pipeline/gates/freeze-standing";
import type { ConnectionDocument } from "@/lib/pipeline/policy/connection";
import { channelKey } from "@/lib/pipeline/policy/notify";
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
}

/** The whole text is refused, and nothing is applied. */
export interface InvalidDocuments {
  kind: "invalidDocuments";
  errors: DocumentError[];
}

/** The chain of what concerns the installation rather than one project; no project can have this name. */
export const instanceChain = "@instance";

type ConnectionPart = ParsedDocument & { kind: "Connection" };
type ProjectPart = ParsedDocument & { kind: "Project" };

/**
 * Applies a project file, all of it or none; with `dryRun` it only says what would change. Connections need an
 * administrator of the installation, a new project too; a known project needs the right to configure it. Every version is
 * kept with who applied it; plans that were made before are void from here on, and say so.
 */
export async function applyDocuments(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Applied | InvalidDocuments> {
  const input = parseInput(applyDocumentsInput, raw);
  const known = await context.pool.query<ConnectionDocument>(sql`select name, kind, projects from connection`);
  const parsed = parseDocuments(input.text, known);
  if (!parsed.ok) {
    mustSeeErrors(principal);
    return { kind: "invalidDocuments", errors: parsed.errors };
  }
  const connections = parsed.documents.filter((one): one is ConnectionPart => one.kind === "Connection");
  const projects = parsed.documents.filter((one): one is ProjectPart => one.kind === "Project");
  const stored = await loadStored(context.pool, parsed.documents);
  const diffs = diffDocuments(stored.documents, parsed.documents);
  authorize(principal, connections, projects, stored);
  checkBase(input.basedOn, stored.versions);
  const versions = { ...stored.versions };
  if (input.dryRun) return { kind: "applied", dryRun: true, diffs, versions };

  const changed = (part: ParsedDocument) =>
    diffs.some(
      (diff) => diff.document.kind === part.kind && diff.document.name === part.name && diff.status !== "unchanged",
    );
  const changedConnections = connections.filter(changed);
  if (changedConnections.length > 0) {
    await inLedgerTransaction(context.pool, instanceChain, (tx) =>
      saveConnections(tx, changedConnections, principal, context.now()),
    );
  }
  for (const part of projects.filter(changed)) {
    versions[part.name] = await inLedgerTransaction(context.pool, part.name, (tx) =>
      saveProject(tx, part, { principal, now: context.now(), diffs, base: stored.versions[part.name] ?? 0 }),
    );
  }
  return { kind: "applied", dryRun: false, diffs, versions };
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
}

/** The stored counterparts of these documents, in the form in which they were written. */
async function loadStored(db: Queryable, documents: ParsedDocument[]): Promise<Stored> {
  const names = (kind: ParsedDocument["kind"]) => documents.filter((one) => one.kind === kind).map((one) => one.name);
  const projects = await db.query<{ name: string; version: number; text: string }>(
    sql`select p.name, p.file_version as version, f.text from project p
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
  return { documents: texts, versions: Object.fromEntries(projects.map((one) => [one.name, one.version])) };
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

interface ProjectSave {
  principal: Principal;
  now: string;
  diffs: DocumentDiff[];
  base: number;
}

async function saveProject(
  tx: LedgerTransaction,
  part: ProjectPart,
  { principal, now, diffs, base }: ProjectSave,
): Promise<number> {
  const { project, text } = part;
  const [current] = await tx.query<{ version: number }>(
    sql`select file_version as version from project where name = ${project.name}`,
  );
  if ((current?.version ?? 0) !== base)
    throw new Conflict(`${project.name} was changed meanwhile`, { version: current?.version ?? 0 });
  const version = base + 1;
  const actor = actorOf(principal);
  const changes =
    diffs.find((diff) => diff.document.kind === "Project" && diff.document.name === project.name)?.changes ?? [];
  await tx.execute(
    sql`insert into project (name, title, file_version, document)
        values (${project.name}, ${project.title}, ${version}, ${json(project)}::jsonb)
        on conflict (name) do update set title = excluded.title, file_version = excluded.file_version, document = excluded.document`,
  );
  await tx.execute(
    sql`insert into project_file (project, version, text, document, diff, applied_by, applied_at)
        values (${project.name}, ${version}, ${text}, ${json(project)}::jsonb, ${json(changes)}::jsonb, ${json(actor)}::jsonb, ${now})`,
  );
  await saveLayout(tx, project);
  const fileHash = createHash("sha256").update(text).digest("hex");
  const told = changes.map(({ path, kind }) => ({ path, kind }));
  await tx.append([
    { kind: "project.applied", data: { version, fileHash, changes: told }, at: now, actor, subject: {} },
  ]);
  await wakeWaiting(tx, project.name);
  return version;
}

/** Services, environments and the cells of the matrix, as the file has them now; what is gone keeps its history. */
async function saveLayout(tx: LedgerTransaction, project: ProjectDocument): Promise<void> {
  const services = project.services.map(({ name, position, image, source }) => ({
    name,
    position,
    ...image,
    source: source?.repository ?? null,
  }));
  const environments = project.environments.map((environment) => ({
    ...{ name: environment.name, position: environment.position, tag: environment.tag ?? null },
    ...{ protected: environment.protected, autoPromote: environment.autoPromote },
    requires: environment.requires?.environments ?? [],
    requiresAny: environment.requires?.match === "any",
    freezes: freezesOf(environment),
  }));
  const cells = project.services.flatMap((service) =>
    Object.entries(service.targets).map(([environment, { ref }]) => ({
      service: service.name,
      environment,
      target: ref,
    })),
  );
  await tx.execute(sql`delete from service where project = ${project.name}`);
  await tx.execute(
    sql`insert into service (project, name, position, connection, repository, source)
        select ${project.name}, s.name, s.position, s.connection, s.repository, s.source
          from jsonb_to_recordset(${json(services)}::jsonb) as s (name text, position int, connection text, repository text, source text)`,
  );
  await tx.execute(sql`delete from environment where project = ${project.name}`);
  await tx.execute(
    sql`insert into environment (project, name, position, tag, protected, requires, requires_any, auto_promote, freezes)
        select ${project.name}, e.name, e.position, e.tag, e.protected,
               array(select jsonb_array_elements_text(e.requires)), e."requiresAny", e."autoPromote", e.freezes
          from jsonb_to_recordset(${json(environments)}::jsonb) as e
               (name text, position int, tag text, protected boolean, requires jsonb, "requiresAny" boolean, "autoPromote" text,
                freezes jsonb)`,
  );
  await tx.execute(
    sql`insert into deployment (project, service, environment, target)
        select ${project.name}, c.service, c.environment, c.target
          from jsonb_to_recordset(${json(cells)}::jsonb) as c (service text, environment text, target jsonb)
        on conflict (project, service, environment) do update set target = excluded.target`,
  );
  await saveSubscriptions(tx, project);
}

/** Who is told of what from now on; what is queued for a channel that is gone is dropped when it is due. */
async function saveSubscriptions(tx: LedgerTransaction, project: ProjectDocument): Promise<void> {
  const rows = project.notify.map(({ on, environments, channel }, position) => {
    return { position, key: channelKey(channel), events: on, environments: environments ?? null, channel };
  });
  await tx.execute(sql`delete from subscription where project = ${project.name}`);
  await tx.execute(
    sql`insert into subscription (project, position, key, events, environments, channel)
        select ${project.name}, s.position, s.key, array(select jsonb_array_elements_text(s.events)),
               case when jsonb_typeof(s.environments) = 'array'
                    then array(select jsonb_array_elements_text(s.environments)) end, s.channel
          from jsonb_to_recordset(${json(rows)}::jsonb)
                 as s (position int, key text, events jsonb, environments jsonb, channel jsonb)`,
  );
}
