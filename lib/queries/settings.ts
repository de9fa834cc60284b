import { can, visibleProjects } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { NotFound } from "@/lib/pipeline/errors";
import type { ConnectionDocument, ConnectionKind } from "@/lib/pipeline/policy/connection";
import type { FileChange } from "@/lib/queries/file-change";
import { actorWords } from "@/lib/queries/people";
import { loadProposals, type ProposalView } from "@/lib/queries/proposals";

/** A version of a project's file. Times are ISO 8601, UTC. */
export interface FileVersion {
  version: number;
  appliedBy: string;
  appliedAt: string;
  changes: FileChange[];
}

export interface ProjectFileView {
  asOf: string;
  project: string;
  title: string;
  version: number;
  text: string;
  /** Newest first, the current one included. */
  versions: FileVersion[];
  /** There are older versions than are listed. */
  moreVersions: boolean;
  /** Changes that wait for a second person. */
  proposals: ProposalView[];
  mayConfigure: boolean;
  /** May apply connections and new projects too. */
  mayAdminister: boolean;
}

const versionsMax = 20;

/** A project's file as it is now, with its newest versions. Throws NotFound. */
export async function loadProjectFile(
  db: Queryable,
  principal: Principal,
  project: string,
  now: string,
): Promise<ProjectFileView> {
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project}`);
  const [[current], versions, proposals] = await Promise.all([
    db.query<{ title: string; version: number; text: string }>(
      sql`select p.title, p.file_version as version, f.text from project p
            join project_file f on f.project = p.name and f.version = p.file_version where p.name = ${project}`,
    ),
    db.query<Omit<FileVersion, "appliedBy"> & { appliedBy: Actor }>(
      sql`select version, applied_by as "appliedBy", applied_at as "appliedAt", diff as changes from project_file
           where project = ${project} order by version desc limit ${versionsMax + 1}`,
    ),
    loadProposals(db, principal, [project], now),
  ]);
  if (!current) throw new NotFound(`project ${project}`);
  return {
    asOf: now,
    project,
    ...current,
    versions: versions.slice(0, versionsMax).map((one) => ({ ...one, appliedBy: actorWords(one.appliedBy) })),
    moreVersions: versions.length > versionsMax,
    proposals,
    mayConfigure: can(principal, "configure", { project }),
    mayAdminister: can(principal, "administer", { instance: true }),
  };
}

/** The text of one version of a project's file, as it was applied. Throws NotFound. */
export async function loadFileVersion(
  db: Queryable,
  principal: Principal,
  project: string,
  version: number,
): Promise<{ project: string; version: number; text: string }> {
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project}`);
  const [row] = await db.query<{ text: string }>(
    sql`select text from project_file where project = ${project} and version = ${version}`,
  );
  if (!row) throw new NotFound(`version ${version} of ${project}`);
  return { project, version, text: row.text };
}

/** A connection as the settings show it: references to secrets by name, never a value. */
export interface ConnectionView {
  name: string;
  kind: ConnectionKind;
  /** Where it leads: an address, or how the cluster is reached. */
  address: string;
  /** Those of its projects that whoever looks may see. */
  projects: string[];
  /** Empty for whoever may not configure a project that uses it. */
  references: { field: string; reference: string }[];
  version: number;
  appliedBy: string;
  appliedAt: string;
  /** When it was last asked, or last failed; null where neither has happened since it was applied. */
  checkedAt: string | null;
  trouble: string | null;
  mayTest: boolean;
  /** For administrators of the installation: the document as it was applied. */
  text: string | null;
}

export interface ConnectionsView {
  asOf: string;
  connections: ConnectionView[];
  mayAdminister: boolean;
}

interface ConnectionRow extends Pick<ConnectionView, "name" | "version" | "appliedAt" | "checkedAt" | "trouble"> {
  projects: string[];
  spec: ConnectionDocument & { text?: string };
  appliedBy: Actor;
}

/** The connections of the projects that the principal may see; for administrators of the installation all of them. */
export async function loadConnectionsView(db: Queryable, principal: Principal, now: string): Promise<ConnectionsView> {
  const rows = await db.query<ConnectionRow>(
    sql`select name, projects, spec, version, applied_by as "appliedBy", applied_at as "appliedAt",
               checked_at as "checkedAt", trouble from connection order by name`,
  );
  const mayAdminister = can(principal, "administer", { instance: true });
  const connections = rows.flatMap((row) => {
    const projects = visibleProjects(principal, row.projects);
    if (projects.length === 0 && !mayAdminister) return [];
    const mayTest = mayAdminister || projects.some((project) => can(principal, "configure", { project }));
    const { name, version, appliedAt, checkedAt, trouble, spec } = row;
    return [
      {
        ...{ name, version, appliedAt, checkedAt, trouble, projects, mayTest },
        kind: spec.kind,
        address: addressOf(spec),
        references: mayTest ? referencesOf(spec) : [],
        appliedBy: actorWords(row.appliedBy),
        text: mayAdminister ? (spec.text ?? null) : null,
      },
    ];
  });
  return { asOf: now, connections, mayAdminister };
}

function addressOf(connection: ConnectionDocument): string {
  switch (connection.kind) {
    case "registry":
    case "prometheus":
    case "alertmanager":
    case "http":
      return connection.url;
    case "kubernetes":
      return connection.access.kind === "inCluster"
        ? "the cluster that Waybill runs in"
        : clusterWords(connection.access);
    case "slack":
      return `workspace ${connection.team}`;
    case "smtp":
      return `${connection.host}:${connection.port}`;
    default:
      return connection satisfies never;
  }
}

function clusterWords({ context }: { context?: string }): string {
  return context === undefined ? "by its kubeconfig" : `by its kubeconfig, context ${context}`;
}

function referencesOf(connection: ConnectionDocument): { field: string; reference: string }[] {
  switch (connection.kind) {
    case "kubernetes": {
      const { access } = connection;
      return access.kind === "kubeconfig" ? [{ field: "kubeconfig", reference: access.kubeconfig }] : [];
    }
    case "registry":
      return named({ username: connection.username, password: connection.password });
    case "prometheus":
    case "alertmanager":
      return named({ username: connection.username, password: connection.password, token: connection.token });
    case "http": {
      const { username, password, token, headers } = connection;
      return named({ username, password, token, ...headers });
    }
    case "slack":
      return named({ token: connection.token, signingSecret: connection.signingSecret });
    case "smtp":
      return named({ username: connection.username, password: connection.password });
    default:
      return connection satisfies never;
  }
}

function named(fields: Record<string, string | undefined>): { field: string; reference: string }[] {
  return Object.entries(fields).flatMap(([field, reference]) =>
    reference === undefined ? [] : [{ field, reference }],
  );
}
