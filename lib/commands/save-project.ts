import type { Principal } from "@/lib/auth/principal";
import { actorOf } from "@/lib/auth/principal";
import { hashOfFile } from "@/lib/commands/file-hash";
import type { DocumentChange } from "@/lib/config/diff";
import type { ParsedDocument } from "@/lib/config/parse";
import { json, sql } from "@/lib/db/sql";
import type { LedgerTransaction } from "@/lib/ledger/append";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { Conflict } from "@/lib/pipeline/errors";
import { freezesOf } from "@/lib/pipeline/gates/freeze-standing";
import { channelKey } from "@/lib/pipeline/policy/notify";
import { type ProjectDocument, targetRefFor } from "@/lib/pipeline/policy/project";

export type ProjectPart = ParsedDocument & { kind: "Project" };

interface ProjectSave {
  principal: Principal;
  now: string;
  changes: readonly DocumentChange[];
  /** The version that it follows; 0 for a new project. Another one by now is a Conflict. */
  base: number;
  /** Who proposed it, where a second person confirms it. */
  proposed?: { id: string; by: string };
}

/** Writes a project's file as its next version, with what pages and gates read of it; answers the version. */
export async function saveProject(
  tx: LedgerTransaction,
  part: ProjectPart,
  { principal, now, changes, base, proposed }: ProjectSave,
): Promise<number> {
  const { project, text } = part;
  const [current] = await tx.query<{ version: number }>(
    sql`select file_version as version from project where name = ${project.name}`,
  );
  if ((current?.version ?? 0) !== base)
    throw new Conflict(`${project.name} was changed meanwhile`, { version: current?.version ?? 0 });
  const version = base + 1;
  const actor = actorOf(principal);
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
  const fileHash = hashOfFile(text);
  const told = changes.map(({ path, kind }) => ({ path, kind }));
  const data = {
    version,
    fileHash,
    changes: told,
    ...(proposed ? { proposal: proposed.id, proposedBy: proposed.by } : {}),
  };
  await tx.append([{ kind: "project.applied", data, at: now, actor, subject: {} }]);
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
    project.environments.flatMap((environment) => {
      const target = targetRefFor(environment, service);
      return target ? [{ service: service.name, environment: environment.name, target }] : [];
    }),
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
