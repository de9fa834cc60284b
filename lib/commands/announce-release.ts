import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { json, sql } from "@/lib/db/sql";
import { loadProject, type StoredProject } from "@/lib/facts/project";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import type { Digest } from "@/lib/pipeline/release/digest";
import { type Migration, migrationLabel, migrationSaid, migrations } from "@/lib/pipeline/release/migration";
import { announceableTag, classifyTag, parseReference } from "@/lib/pipeline/release/reference";
import type { ImageDescription } from "@/lib/ports/artifact-registry";

const buildUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https address" })
  .max(2000)
  .optional();

export const announceReleaseInput = z.strictObject({
  project: z.string().min(1).max(63),
  /** The name of a set of services that move together; one service's image is named service@version. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/, "must be letters, digits and . _ @ + -, 100 at most")
    .optional(),
  version: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/, "must be letters, digits and . _ + -, 100 at most")
    .optional(),
  artifacts: z
    .array(
      z.strictObject({
        service: z.string().min(1).max(63),
        image: z.string().min(1, "must name an image: repository:tag or repository@sha256:…").max(600),
        buildUrl,
        migration: z
          .enum(migrations)
          .optional()
          .meta({ description: `what it does to data; the image's label ${migrationLabel} says it too` }),
      }),
    )
    .min(1)
    .max(100),
});
export type AnnounceReleaseInput = z.infer<typeof announceReleaseInput>;

export interface Announced {
  kind: "announced";
  key: string;
  version: string;
  artifacts: {
    service: string;
    repository: string;
    digest: Digest;
    revision: string | null;
    migration: Migration | null;
  }[];
  /** False where exactly this was announced before. */
  created: boolean;
}

interface Arrived {
  service: string;
  repository: string;
  tag: string | null;
  buildUrl: string | null;
  migration: Migration | null;
  image: ImageDescription;
}

/**
 * Takes over a build: each reference is resolved in its registry to a digest once, the bytes are checked against it and
 * described; the tag is kept as a note, never as a reference. Announcing the same again is the same release; a name that
 * has other digests is refused. Throws ExternalError where a registry does not answer.
 */
export async function announceRelease(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Announced | Refusal> {
  const input = parseInput(announceReleaseInput, raw);
  mustBeAbleTo(principal, "announce", { project: input.project });
  const project = await loadProject(context.pool, input.project);
  if (!project) throw new NotFound();
  const services = input.artifacts.map((one) => one.service);
  if (new Set(services).size !== services.length) return refuse("invalidArtifacts", "a service is named twice");
  if (services.length > 1 && !input.name)
    return refuse("nameMissing", "several services need a name for the set: name");

  const arrived: Arrived[] = [];
  for (const artifact of input.artifacts) {
    const one = await fetchArtifact(context, project, artifact);
    if ("kind" in one) return one;
    arrived.push(one);
  }
  const version = input.version ?? versionOf(arrived, input.name);
  const key = input.name ?? `${services[0]}@${version}`;
  return inLedgerTransaction(context.pool, input.project, (tx) =>
    record(tx, principal, { key, version, arrived, now: context.now() }),
  );
}

async function fetchArtifact(
  context: CommandContext,
  project: StoredProject,
  artifact: AnnounceReleaseInput["artifacts"][number],
): Promise<Arrived | Refusal> {
  const { name, services, environments } = project.document;
  const service = services.find((one) => one.name === artifact.service);
  if (!service)
    return refuse(
      "unknownService",
      `${name} has no service "${artifact.service}"; it has ${services.map((one) => one.name).join(", ")}`,
    );
  const reference = parseReference(artifact.image);
  if (reference.kind === "rejected") return refuse(reference.code, reference.message);
  const { repository, connection } = service.image;
  if (reference.repository !== repository) {
    return refuse("otherRepository", `${artifact.service} is built as ${repository}, not ${reference.repository}`);
  }
  const environmentTags = environments.flatMap((one) => (one.tag === undefined ? [] : [one.tag]));
  if (reference.tag !== undefined && reference.digest === undefined) {
    const allowed = announceableTag(reference.tag, environmentTags);
    if (allowed.kind === "rejected") return refuse(allowed.code, allowed.message);
  }
  if (reference.tag === undefined && reference.digest === undefined) {
    return refuse(
      "digestMissing",
      `${artifact.image} names no bytes: write ${repository}@sha256:… or ${repository}:v1.2.3`,
    );
  }
  const registry = await context.world.registry(name, connection);
  if (reference.host !== undefined && reference.host !== registry.host) {
    return refuse("otherRegistry", `${artifact.service} comes from ${registry.host}, not ${reference.host}`);
  }
  const digest = reference.digest ?? (await registry.resolve(repository, { tag: reference.tag ?? "" })).digest;
  const image = await registry.describe(repository, digest);
  const migration = migrationSaid(image.labels, artifact.migration);
  if ("wrong" in migration) return refuse("invalidMigration", `${artifact.service}: ${migration.wrong}`);
  // A tag that moves says nothing about these bytes, even beside their digest.
  const tag =
    reference.tag !== undefined && classifyTag(reference.tag, environmentTags).kind !== "mutable"
      ? reference.tag
      : null;
  const buildUrl = artifact.buildUrl ?? null;
  return { service: artifact.service, repository, tag, buildUrl, migration: migration.said, image };
}

/** What people call it: the tag it came with, the version or commit its image names, else the start of its digest. */
function versionOf(arrived: Arrived[], name: string | undefined): string {
  const [first] = arrived;
  if (name !== undefined || !first) return name ?? "";
  return first.tag ?? labelVersion(first.image) ?? `sha-${first.image.digest.slice(7, 19)}`;
}

function labelVersion({ version, revision }: ImageDescription): string | undefined {
  if (version !== undefined && /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/.test(version)) return version;
  return revision !== undefined && /^[0-9a-f]{7,64}$/.test(revision) ? `sha-${revision.slice(0, 7)}` : undefined;
}

async function record(
  tx: LedgerTransaction,
  principal: Principal,
  { key, version, arrived, now }: { key: string; version: string; arrived: Arrived[]; now: string },
): Promise<Announced | Refusal> {
  const artifacts = arrived.map(({ service, repository, image, migration }) => {
    return { service, repository, digest: image.digest, revision: image.revision ?? null, migration };
  });
  const before = await tx.query<{ service: string; digest: Digest; migration: Migration | null }>(
    sql`select service, digest, migration from artifact where project = ${tx.project} and release = ${key} order by service`,
  );
  if (before.length > 0) {
    const told = (list: { service: string; digest: string }[]) =>
      list
        .map((one) => `${one.service}@${one.digest}`)
        .sort()
        .join(" ");
    if (told(before) === told(artifacts)) {
      const other = arrived.find((one) => {
        return (
          one.migration !== null && before.some((was) => was.service === one.service && was.migration !== one.migration)
        );
      });
      if (!other) return { kind: "announced", key, version, artifacts, created: false };
      const was = before.find((one) => one.service === other.service)?.migration;
      return refuse(
        "releaseIsImmutable",
        `${key} is announced with ${was ? `the migration ${was}` : "nothing said of a migration"} for ${other.service}; a release never changes: give this one another version`,
      );
    }
    return refuse(
      "releaseIsImmutable",
      `${key} is announced with other digests; a release never changes: give this one another version`,
    );
  }
  const actor = actorOf(principal);
  await tx.execute(
    sql`insert into release (project, key, version, announced_by, announced_at)
        values (${tx.project}, ${key}, ${version}, ${json(actor)}::jsonb, ${now})`,
  );
  await tx.execute(
    sql`insert into artifact (project, release, service, position, repository, digest, platforms, size_bytes, revision,
                              source, version, build_url, built_at, image, migration, announced_at)
        select ${tx.project}, ${key}, a.service, a.position, a.repository, a.digest,
               array(select jsonb_array_elements_text(a.platforms)), a."sizeBytes", a.revision, a.source, a.version,
               a."buildUrl", a."builtAt", a.image, a.migration, ${now}::timestamptz
          from jsonb_to_recordset(${json(arrived.map((one, position) => artifactRow(one, position, version)))}::jsonb) as a
               (service text, position int, repository text, digest text, platforms jsonb, "sizeBytes" bigint, revision text,
                source text, version text, "buildUrl" text, "builtAt" timestamptz, image jsonb, migration text)`,
  );
  await nameWhatRunsAlready(tx, key);
  const noted = arrived.map(({ service, repository, tag, image, migration }) => {
    const said = migration === null ? {} : { migration };
    return { service, repository, digest: image.digest, tag, revision: image.revision ?? null, ...said };
  });
  await tx.append([
    { kind: "release.announced", data: { version, artifacts: noted }, at: now, actor, subject: { release: key } },
  ]);
  return { kind: "announced", key, version, artifacts, created: true };
}

/** What was found running before anybody announced it gets its name by this release; what has one keeps it. */
async function nameWhatRunsAlready(tx: LedgerTransaction, key: string): Promise<void> {
  const name = sql`coalesce(a.version, a.release)`;
  const here = sql`a.project = ${tx.project} and a.release = ${key} and d.project = a.project and d.service = a.service`;
  await tx.execute(
    sql`update deployment d set wanted_version = ${name}, wanted_release = coalesce(d.wanted_release, a.release)
          from artifact a where ${here} and d.wanted_digest = a.digest and d.wanted_version is null`,
  );
  await tx.execute(
    sql`update deployment d set observed_version = ${name}, observed_release = a.release
          from artifact a where ${here} and d.observed_digest = a.digest and d.observed_release is null`,
  );
}

function artifactRow(
  { service, repository, image, migration, buildUrl: link }: Arrived,
  position: number,
  release: string,
) {
  const built = image.created === undefined ? Number.NaN : Date.parse(image.created);
  return {
    ...{ service, position, repository, digest: image.digest, sizeBytes: image.sizeBytes },
    platforms: image.platforms.map((one) => one.digest),
    revision: image.revision ?? null,
    source: image.source ?? null,
    version: labelVersion(image) ?? release,
    buildUrl: link,
    migration,
    builtAt: Number.isNaN(built) ? null : new Date(built).toISOString(),
    image: {
      user: image.user,
      healthcheck: image.healthcheck,
      labels: image.labels,
      platforms: image.platforms,
      images: image.images,
      mediaType: image.mediaType,
    },
  };
}

function refuse(code: string, message: string): Refusal {
  return { kind: "rejection", code, message };
}
