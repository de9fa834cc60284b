import type { RegistryClient } from "@/lib/adapters/oci/client";
import { failure } from "@/lib/adapters/oci/failure";
import { getManifest, headManifest, putManifest } from "@/lib/adapters/oci/manifest";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { TagMove } from "@/lib/ports/artifact-registry";
import { ExternalError } from "@/lib/ports/external-error";

/**
 * Points `tag` to a digest by writing the same bytes under it, and reads it back. No registry offers compare-and-swap
 * on tags, so a writer in between can only be seen afterwards: that is `conflict`, and is not tried again here.
 * Where the tag is there already nothing is written.
 */
export async function moveTag(
  client: RegistryClient,
  repository: string,
  tag: string,
  digest: Digest,
  signal?: AbortSignal,
): Promise<TagMove> {
  const before = await tagDigest(client, repository, tag, signal);
  if (before !== digest) {
    const manifest = await getManifest(client, repository, { digest }, signal);
    await putManifest(client, repository, tag, manifest, signal);
  }
  const after = await readBack(client, repository, tag, signal);
  if (after === digest) return { repository, tag, before, after };
  throw failure(client.settings.system, {
    code: "conflict",
    message: `tag ${repository}:${tag} was to be ${digest} but is ${after ?? "gone"}: somebody else moved it meanwhile`,
  });
}

/** What the tag points to now, as the registry states it, or recomputed where it states nothing. */
async function tagDigest(
  client: RegistryClient,
  repository: string,
  tag: string,
  signal: AbortSignal | undefined,
): Promise<Digest | undefined> {
  const head = await headManifest(client, repository, { tag }, signal);
  if (head === undefined || head.digest !== undefined) return head?.digest;
  return await readBack(client, repository, tag, signal);
}

async function readBack(
  client: RegistryClient,
  repository: string,
  tag: string,
  signal: AbortSignal | undefined,
): Promise<Digest | undefined> {
  try {
    return (await getManifest(client, repository, { tag }, signal)).digest;
  } catch (error) {
    if (error instanceof ExternalError && error.code === "notFound") return undefined;
    throw error;
  }
}
