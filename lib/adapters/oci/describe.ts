import { z } from "zod";
import { type RegistryClient, repositoryPath } from "@/lib/adapters/oci/client";
import { failure } from "@/lib/adapters/oci/failure";
import {
  digestOf,
  getManifest,
  type Manifest,
  mismatch,
  resolvedImage,
  runnableChildren,
} from "@/lib/adapters/oci/manifest";
import { readJson } from "@/lib/adapters/oci/read-json";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { ImageDescription } from "@/lib/ports/artifact-registry";

const configTypes = ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

// OCI image spec, config; Healthcheck is Docker's own addition, and ["NONE"] switches one off.
const configForm = z.object({
  created: z.string().nullish(),
  config: z
    .object({
      User: z.string().nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      Healthcheck: z.object({ Test: z.array(z.string()).nullish() }).nullish(),
    })
    .nullish(),
});

/** Reads the config blob of an image, or of the first runnable platform of an index. */
export async function describeImage(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  signal?: AbortSignal,
): Promise<ImageDescription> {
  const top = await getManifest(client, repository, { digest }, signal);
  const { config: descriptor, layers } = await imageContent(client, repository, top, signal);
  const { config, created } = await readConfig(client, repository, descriptor, signal);
  const labels = config?.Labels ?? {};
  const test = config?.Healthcheck?.Test ?? [];
  const label = (name: string) => labels[`org.opencontainers.image.${name}`];
  return {
    ...resolvedImage(repository, top),
    sizeBytes: layers.reduce((sum, layer) => sum + layer.size, descriptor.size),
    user: config?.User ?? "",
    healthcheck: test.length > 0 && test[0] !== "NONE",
    created: label("created") ?? created ?? undefined,
    labels,
    revision: label("revision"),
    source: label("source"),
    version: label("version"),
  };
}

type ImageContent = Extract<Manifest["content"], { kind: "image" }>;

async function imageContent(
  client: RegistryClient,
  repository: string,
  top: Manifest,
  signal: AbortSignal | undefined,
): Promise<ImageContent> {
  if (top.content.kind === "image") return top.content;
  const first = runnableChildren(top.content.children)[0];
  if (first !== undefined) {
    const child = await getManifest(client, repository, { digest: first.digest }, signal);
    if (child.content.kind === "image") return child.content;
  }
  throw failure(client.settings.system, {
    code: "badResponse",
    message: `index ${repository}@${top.digest} holds no image that a node could run`,
  });
}

async function readConfig(
  client: RegistryClient,
  repository: string,
  descriptor: ImageContent["config"],
  signal: AbortSignal | undefined,
): Promise<z.infer<typeof configForm>> {
  const { system, maxConfigBytes } = client.settings;
  const what = `config ${repository}@${descriptor.digest}`;
  if (!configTypes.includes(descriptor.mediaType)) {
    throw failure(system, {
      code: "badResponse",
      message: `${what}: ${JSON.stringify(descriptor.mediaType.slice(0, 100))} is not a container image's config`,
    });
  }
  const answer = await client.call({
    method: "GET",
    path: `${repositoryPath(client.settings, repository)}/blobs/${descriptor.digest}`,
    what,
    scope: `repository:${repository}:pull`,
    maxBytes: maxConfigBytes,
    signal,
  });
  // Blob storage answers with any content type, so the digest is what tells a page from the blob.
  const actual = digestOf(answer.body);
  if (actual !== descriptor.digest) {
    readJson(system, what, answer, z.unknown());
    throw mismatch(system, what, descriptor.digest, actual);
  }
  return readJson(system, what, { ...answer, headers: new Headers() }, configForm);
}
