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
import { outsideText } from "@/lib/pipeline/plain-text";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { ImageDescription, PlatformImage } from "@/lib/ports/artifact-registry";

const configTypes = ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/** An index of more platforms than anybody builds for is not read through. */
const platformsMax = 32;

// OCI image spec, config; Healthcheck is Docker's own addition, and ["NONE"] switches one off.
const configForm = z.object({
  created: z.string().nullish(),
  os: z.string().nullish(),
  architecture: z.string().nullish(),
  variant: z.string().nullish(),
  config: z
    .object({
      User: z.string().nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      Healthcheck: z.object({ Test: z.array(z.string()).nullish() }).nullish(),
    })
    .nullish(),
});

/** Reads the config blob of an image, or those of all runnable platforms of an index; the first speaks for the whole. */
export async function describeImage(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  signal?: AbortSignal,
): Promise<ImageDescription> {
  const top = await getManifest(client, repository, { digest }, signal);
  const read = await Promise.all(
    (await imagesOf(client, repository, top, signal)).map((image) => readImage(client, repository, image, signal)),
  );
  const [first] = read;
  if (first === undefined) {
    throw failure(client.settings.system, {
      code: "badResponse",
      message: `index ${repository}@${top.digest} holds no image that a node could run`,
    });
  }
  const { sizeBytes, user, healthcheck, labels } = first.image;
  const label = (name: string) => labels[`org.opencontainers.image.${name}`];
  return {
    ...resolvedImage(repository, top),
    images: read.map((one) => one.image),
    ...{ sizeBytes, user, healthcheck, labels },
    created: label("created") ?? first.created,
    revision: label("revision"),
    source: label("source"),
    version: label("version"),
  };
}

interface Image {
  digest: Digest;
  content: Extract<Manifest["content"], { kind: "image" }>;
}

async function imagesOf(
  client: RegistryClient,
  repository: string,
  top: Manifest,
  signal: AbortSignal | undefined,
): Promise<Image[]> {
  if (top.content.kind === "image") return [{ digest: top.digest, content: top.content }];
  const children = runnableChildren(top.content.children);
  if (children.length > platformsMax) {
    throw failure(client.settings.system, {
      code: "tooLarge",
      message: `index ${repository}@${top.digest} holds ${children.length} platforms; ${platformsMax} at most are read`,
    });
  }
  const manifests = await Promise.all(
    children.map((child) => getManifest(client, repository, { digest: child.digest }, signal)),
  );
  return manifests.flatMap(({ digest, content }) => (content.kind === "image" ? [{ digest, content }] : []));
}

async function readImage(
  client: RegistryClient,
  repository: string,
  { digest, content }: Image,
  signal: AbortSignal | undefined,
): Promise<{ image: PlatformImage; created: string | undefined }> {
  const { config, created, os, architecture, variant } = await readConfig(client, repository, content.config, signal);
  const test = config?.Healthcheck?.Test ?? [];
  const image = {
    digest,
    os: os ?? "unspecified",
    architecture: architecture ?? "unspecified",
    ...(variant ? { variant } : {}),
    sizeBytes: content.layers.reduce((sum, layer) => sum + layer.size, content.config.size),
    user: config?.User ?? "",
    healthcheck: test.length > 0 && test[0] !== "NONE",
    // Whoever builds an image writes its labels: what they say is shown to people who decide by it.
    labels: Object.fromEntries(
      Object.entries(config?.Labels ?? {}).map(([name, value]) => [outsideText(name), outsideText(value)]),
    ),
  };
  return { image, created: created ?? undefined };
}

type ImageContent = Image["content"];

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
