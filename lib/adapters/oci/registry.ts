import { createRegistryClient } from "@/lib/adapters/oci/client";
import { describeImage } from "@/lib/adapters/oci/describe";
import { failure, looksLikeHtml } from "@/lib/adapters/oci/failure";
import { getManifest, headManifest, resolvedImage } from "@/lib/adapters/oci/manifest";
import { moveTag } from "@/lib/adapters/oci/move-tag";
import { checkOptions, type OciRegistryOptions } from "@/lib/adapters/oci/options";
import { listReferrers, readArtifact, readBlob } from "@/lib/adapters/oci/referrers";
import { listTags } from "@/lib/adapters/oci/tags";
import type { ArtifactRegistry } from "@/lib/ports/artifact-registry";
import { ExternalError } from "@/lib/ports/external-error";

const pingBytesMax = 64 * 1024;

/**
 * A registry that speaks the OCI distribution protocol (or Docker's v2, its ancestor). Nothing is contacted here;
 * throws ExternalError `misconfigured` for options that cannot work. Credentials go to the registry's own origin and
 * to allowed realms, and nowhere else.
 */
export function createOciRegistry(options: OciRegistryOptions): ArtifactRegistry {
  const settings = checkOptions(options);
  const client = createRegistryClient(settings);
  return {
    host: settings.origin.host,
    async resolve(repository, reference, signal) {
      return resolvedImage(repository, await getManifest(client, repository, reference, signal));
    },
    async describe(repository, digest, signal) {
      return await describeImage(client, repository, digest, signal);
    },
    async has(repository, digest, signal) {
      const head = await headManifest(client, repository, { digest }, signal);
      if (head === undefined) return false;
      if (head.digest !== undefined) return true;
      // HEAD stated no digest, so only the bytes can say that they are the right ones.
      return await getManifest(client, repository, { digest }, signal).then(() => true, falseWhereMissing);
    },
    async tags(repository, signal) {
      return await listTags(client, repository, signal);
    },
    async moveTag(repository, tag, digest, signal) {
      return await moveTag(client, repository, tag, digest, signal);
    },
    async referrers(repository, digest, signal) {
      return await listReferrers(client, repository, digest, signal);
    },
    async artifact(repository, reference, signal) {
      return await readArtifact(client, repository, reference, signal);
    },
    async blob(repository, digest, maxBytes, signal) {
      return await readBlob(client, repository, digest, maxBytes, signal);
    },
    async check(signal) {
      const what = "GET /v2/";
      const answer = await client.call({
        method: "GET",
        path: "/v2/",
        what,
        scope: undefined,
        maxBytes: pingBytesMax,
        signal,
      });
      if (!looksLikeHtml(answer)) return;
      throw failure(settings.system, {
        code: "badResponse",
        message: `${what}: answered an HTML page; this address is not a registry's`,
      });
    },
  };
}

function falseWhereMissing(error: unknown): boolean {
  if (error instanceof ExternalError && error.code === "notFound") return false;
  throw error;
}
