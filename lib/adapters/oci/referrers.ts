import { z } from "zod";
import { type RegistryClient, repositoryPath } from "@/lib/adapters/oci/client";
import { failure } from "@/lib/adapters/oci/failure";
import { digestOf, getManifest, mismatch } from "@/lib/adapters/oci/manifest";
import { readJson } from "@/lib/adapters/oci/read-json";
import { nextPage } from "@/lib/adapters/oci/tags";
import { type Digest, isDigest } from "@/lib/pipeline/release/digest";
import type { ImageReference, Referrer, StoredArtifact } from "@/lib/ports/artifact-registry";
import { ExternalError } from "@/lib/ports/external-error";

const digest = z.custom<Digest>(isDigest);
const annotations = z.record(z.string(), z.string()).nullish();
const listForm = z.object({
  manifests: z.array(z.object({ digest, artifactType: z.string().nullish(), annotations })),
});

const indexType = "application/vnd.oci.image.index.v1+json";
/** More than this points to one image only where something went wrong. */
const referrersMax = 500;
const pagesMax = 20;

type Listed = z.infer<typeof listForm>["manifests"];

/**
 * What was attached to a digest (OCI distribution spec, listing referrers): by the API, and where the registry has none
 * (404) by the tag `sha256-<hex>` under which clients keep the list instead. Nothing attached is an empty list.
 */
export async function listReferrers(
  client: RegistryClient,
  repository: string,
  subject: Digest,
  signal?: AbortSignal,
): Promise<Referrer[]> {
  const listed =
    (await askApi(client, repository, subject, signal)) ?? (await askTag(client, repository, subject, signal));
  return listed.map((one) => ({
    digest: one.digest,
    artifactType: one.artifactType ?? undefined,
    annotations: one.annotations ?? {},
  }));
}

async function askApi(
  client: RegistryClient,
  repository: string,
  subject: Digest,
  signal: AbortSignal | undefined,
): Promise<Listed | undefined> {
  const { settings } = client;
  const what = `referrers of ${repository}@${subject}`;
  const found: Listed = [];
  let path: string | undefined = `${repositoryPath(settings, repository)}/referrers/${subject}`;
  for (let page = 0; path !== undefined; page += 1) {
    if (page >= pagesMax || found.length > referrersMax) throw tooMany(client, what);
    const answer = await client.call({
      method: "GET",
      path,
      what,
      scope: `repository:${repository}:pull`,
      headers: { accept: indexType },
      maxBytes: settings.maxManifestBytes,
      alsoAccept: [404, 405],
      signal,
    });
    if (answer.status === 404 || answer.status === 405) return undefined;
    found.push(...readJson(settings.system, what, answer, listForm).manifests);
    path = nextPage(answer.headers.get("link"), new URL(path, settings.origin), settings.origin, (host) =>
      failure(settings.system, { code: "refusedAddress", message: `${what}: the next page is at ${host}` }),
    );
  }
  return found;
}

async function askTag(
  client: RegistryClient,
  repository: string,
  subject: Digest,
  signal: AbortSignal | undefined,
): Promise<Listed> {
  const manifest = await orMissing(() => getManifest(client, repository, { tag: subject.replace(":", "-") }, signal));
  if (manifest === undefined) return [];
  if (manifest.content.kind !== "index") {
    throw failure(client.settings.system, {
      code: "badResponse",
      message: `referrers of ${repository}@${subject}: the tag that lists them holds no index`,
    });
  }
  const { children } = manifest.content;
  if (children.length > referrersMax) throw tooMany(client, `referrers of ${repository}@${subject}`);
  return children;
}

function tooMany(client: RegistryClient, what: string): ExternalError {
  const message = `${what}: more than ${referrersMax}, or more than ${pagesMax} pages`;
  return failure(client.settings.system, { code: "tooLarge", message });
}

/** The manifest of something that is no image to run: a signature, a scan. Undefined where there is none. */
export async function readArtifact(
  client: RegistryClient,
  repository: string,
  reference: ImageReference,
  signal?: AbortSignal,
): Promise<StoredArtifact | undefined> {
  const manifest = await orMissing(() => getManifest(client, repository, reference, signal));
  if (manifest === undefined) return undefined;
  const { content } = manifest;
  if (content.kind === "index") {
    throw failure(client.settings.system, {
      code: "badResponse",
      message: `manifest ${repository}@${manifest.digest}: an index, where one artifact was expected`,
    });
  }
  return {
    digest: manifest.digest,
    subject: content.subject?.digest,
    artifactType: content.artifactType ?? content.config.mediaType,
    annotations: content.annotations ?? {},
    layers: content.layers.flatMap(({ mediaType, digest, size, annotations: notes }) =>
      mediaType === undefined || !isDigest(digest) ? [] : [{ mediaType, digest, size, annotations: notes ?? {} }],
    ),
  };
}

/** A blob's bytes, which hash to `blob`; `tooLarge` beyond `maxBytes`. */
export async function readBlob(
  client: RegistryClient,
  repository: string,
  blob: Digest,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { system } = client.settings;
  const what = `blob ${repository}@${blob}`;
  const answer = await client.call({
    method: "GET",
    path: `${repositoryPath(client.settings, repository)}/blobs/${blob}`,
    what,
    scope: `repository:${repository}:pull`,
    maxBytes,
    signal,
  });
  const actual = digestOf(answer.body);
  if (actual !== blob) throw mismatch(system, what, blob, actual);
  return answer.body;
}

async function orMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ExternalError && error.code === "notFound") return undefined;
    throw error;
  }
}
