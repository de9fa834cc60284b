import { type Queryable, sql } from "@/lib/db/sql";
import type { ConnectionDocument } from "@/lib/pipeline/policy/connection";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";

export interface StoredProject {
  document: ProjectDocument;
  version: number;
}

// A document may be megabytes: it is read again only when the project has another version of its file.
const known = new Map<string, { key: string; project: StoredProject }>();

/** The project's file as it was applied last; undefined where there is no such project. */
export async function loadProject(db: Queryable, name: string): Promise<StoredProject | undefined> {
  const [row] = await db.query<{ version: number; createdAt: string }>(
    sql`select file_version as version, created_at as "createdAt" from project where name = ${name}`,
  );
  if (!row) return undefined;
  const key = `${row.version} ${row.createdAt}`;
  const before = known.get(name);
  if (before?.key === key) return before.project;
  const [full] = await db.query<{ document: ProjectDocument; version: number }>(
    sql`select document, file_version as version from project where name = ${name}`,
  );
  if (!full) return undefined;
  // Another test's or an emptied database may hold another project of the same name and version.
  if (full.version === row.version) known.set(name, { key, project: full });
  return full;
}

/** The connections that a project may use, by name. */
export async function loadConnections(db: Queryable, project: string): Promise<Record<string, ConnectionDocument>> {
  const rows = await db.query<{ name: string; spec: ConnectionDocument }>(
    sql`select name, spec from connection where ${project} = any(projects)`,
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.spec]));
}

/** `host[:port]` of each registry among the connections: the first part of the images that a runtime pulls. */
export function registryHosts(connections: Record<string, ConnectionDocument>): Record<string, string> {
  return Object.fromEntries(
    Object.values(connections).flatMap((one) => (one.kind === "registry" ? [[one.name, new URL(one.url).host]] : [])),
  );
}
