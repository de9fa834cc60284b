import { createHash } from "node:crypto";
import { z } from "zod";
import { type RegistryClient, referenceText, repositoryPath } from "@/lib/adapters/oci/client";
import { type Answer, failure } from "@/lib/adapters/oci/failure";
import { readJson } from "@/lib/adapters/oci/read-json";
import { type Digest, isDigest } from "@/lib/pipeline/release/digest";
import type { ImageReference, ResolvedImage } from "@/lib/ports/artifact-registry";

const imageTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;
const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
] as const;
// A registry answers 404 for an image whose type is not accepted, so every type is named in every request.
const accept = [...indexTypes, ...imageTypes].join(", ");

const digest = z.custom<Digest>(isDigest);
const size = z.number().int().nonnegative();
const descriptor = z.object({ mediaType: z.string(), digest, size });
const child = descriptor.extend({
  artifactType: z.string().nullish(),
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
});
const head = { schemaVersion: z.literal(2), mediaType: z.string().optional() };
const annotations = z.record(z.string(), z.string()).nullish();
// What is no image to run is kept in the same form; only such a one is asked for its layers one by one.
const layer = z.object({ size, mediaType: z.string().optional(), digest: z.string().optional(), annotations });
const imageForm = z.object({
  ...head,
  config: descriptor,
  layers: z.array(layer),
  artifactType: z.string().optional(),
  subject: z.object({ digest }).nullish(),
  annotations,
  manifests: z.never().optional(),
});
const indexForm = z.object({
  ...head,
  manifests: z.array(child),
  layers: z.never().optional(),
  config: z.never().optional(),
});

type Child = z.infer<typeof child>;
type ImageContent = Pick<z.infer<typeof imageForm>, "config" | "layers" | "artifactType" | "subject" | "annotations">;
type Content = ({ kind: "image" } & ImageContent) | { kind: "index"; children: Child[] };

/** A manifest as it was received: its bytes hash to `digest`. */
export interface Manifest {
  digest: Digest;
  mediaType: string;
  bytes: Uint8Array;
  content: Content;
}

/**
 * Gets a manifest or an index and recomputes its digest over the bytes received: `digestMismatch` where that is not
 * the digest asked for, or not the one the registry said.
 */
export async function getManifest(
  client: RegistryClient,
  repository: string,
  reference: ImageReference,
  signal?: AbortSignal,
): Promise<Manifest> {
  const { system } = client.settings;
  const { what, path } = place(client, repository, reference);
  const answer = await client.call({
    method: "GET",
    path,
    what,
    scope: `repository:${repository}:pull`,
    headers: { accept },
    maxBytes: client.settings.maxManifestBytes,
    signal,
  });
  const actual = digestOf(answer.body);
  // A page or a cut-off document is told as such below; only what is well-formed can be the wrong manifest.
  const content = parseContent(system, what, answer);
  const said = statedDigest(system, what, answer);
  const wanted = "digest" in reference ? reference.digest : said;
  for (const expected of [wanted, said]) {
    if (expected !== undefined && expected !== actual) throw mismatch(system, what, expected, actual);
  }
  return { digest: actual, mediaType: content.mediaType, bytes: answer.body, content: content.content };
}

/**
 * What HEAD says: undefined where the manifest is not there, else the digest the registry states, which nothing has
 * verified; `digest: undefined` where it states none.
 */
export async function headManifest(
  client: RegistryClient,
  repository: string,
  reference: ImageReference,
  signal?: AbortSignal,
): Promise<{ digest: Digest | undefined } | undefined> {
  const { system } = client.settings;
  const { what, path } = place(client, repository, reference);
  const answer = await client.call({
    method: "HEAD",
    path,
    what,
    scope: `repository:${repository}:pull`,
    headers: { accept },
    maxBytes: client.settings.maxManifestBytes,
    alsoAccept: [404, 405],
    signal,
  });
  if (answer.status === 404) return undefined;
  if (answer.status === 405) return { digest: undefined };
  const said = statedDigest(system, what, answer);
  if ("digest" in reference && said !== undefined && said !== reference.digest) {
    throw mismatch(system, what, reference.digest, said);
  }
  return { digest: said };
}

/** PUTs these very bytes under a tag; throws where the registry says that it stored something else. */
export async function putManifest(
  client: RegistryClient,
  repository: string,
  tag: string,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<void> {
  const { system } = client.settings;
  const { what, path } = place(client, repository, { tag });
  const answer = await client.call({
    method: "PUT",
    path,
    what: `writing ${what}`,
    scope: `repository:${repository}:pull,push`,
    headers: { "content-type": manifest.mediaType },
    body: manifest.bytes,
    maxBytes: client.settings.maxManifestBytes,
    signal,
  });
  const said = statedDigest(system, what, answer);
  if (said !== undefined && said !== manifest.digest) throw mismatch(system, what, manifest.digest, said);
}

/** What the port promises about a manifest; attestations and the like are not platforms. */
export function resolvedImage(repository: string, manifest: Manifest): ResolvedImage {
  const children = manifest.content.kind === "index" ? runnableChildren(manifest.content.children) : [];
  return {
    repository,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    index: manifest.content.kind === "index",
    platforms: children.map(({ digest, platform }) => ({
      digest,
      os: platform?.os ?? "unspecified",
      architecture: platform?.architecture ?? "unspecified",
      ...(platform?.variant === undefined ? {} : { variant: platform.variant }),
    })),
  };
}

/**
 * The children of an index that a node may run, in its order: image manifests alone, without the attestations that
 * BuildKit stores beside them as platform unknown/unknown.
 */
export function runnableChildren(children: readonly Child[]): Child[] {
  return children.filter(
    ({ mediaType, platform, annotations }) =>
      (imageTypes as readonly string[]).includes(mediaType) &&
      platform?.os !== "unknown" &&
      annotations?.["vnd.docker.reference.type"] === undefined,
  );
}

/** SHA-256 over bytes, as a digest. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
}

/** The error for bytes that are not what they were said to be: never retried, somebody has to look. */
export function mismatch(system: string, what: string, expected: string, actual: string) {
  return failure(system, {
    code: "digestMismatch",
    message: `${what}: expected ${expected}, but what came is ${actual}`,
  });
}

function place(client: RegistryClient, repository: string, reference: ImageReference) {
  const base = repositoryPath(client.settings, repository);
  const text = referenceText(client.settings, reference);
  const joint = "digest" in reference ? "@" : ":";
  return { what: `manifest ${repository}${joint}${text}`, path: `${base}/manifests/${text}` };
}

function statedDigest(system: string, what: string, answer: Answer): Digest | undefined {
  const said = answer.headers.get("docker-content-digest");
  if (said === null || isDigest(said)) return said ?? undefined;
  throw failure(system, {
    code: "badResponse",
    message: `${what}: the registry states the digest ${JSON.stringify(said.slice(0, 100))}, which is not a sha256 digest`,
  });
}

/**
 * The Content-Type decides what a manifest is, and the document must agree: the same bytes must never be an image to
 * one reader and an index to another (CVE-2021-41190).
 */
function parseContent(system: string, what: string, answer: Answer): { mediaType: string; content: Content } {
  const bad = (message: string) => failure(system, { code: "badResponse", message: `${what}: ${message}` });
  const { mediaType: inside } = readJson(system, what, answer, z.object({ mediaType: z.string().optional() }));
  const outside = answer.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const mediaType = outside ?? inside;
  if (mediaType === undefined) throw bad("it has no media type");
  if (inside !== undefined && inside !== mediaType) {
    throw bad(`sent as ${shownType(mediaType)}, but the document says ${shownType(inside)}`);
  }
  if ((imageTypes as readonly string[]).includes(mediaType)) {
    return { mediaType, content: { kind: "image", ...readJson(system, what, answer, imageForm) } };
  }
  if ((indexTypes as readonly string[]).includes(mediaType)) {
    const { manifests } = readJson(system, what, answer, indexForm);
    return { mediaType, content: { kind: "index", children: manifests } };
  }
  throw bad(`${shownType(mediaType)} is not an OCI or Docker v2 manifest or index`);
}

function shownType(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
