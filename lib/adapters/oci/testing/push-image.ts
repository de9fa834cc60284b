import { randomBytes } from "node:crypto";
import { digestOf } from "@/lib/adapters/oci/manifest";
import type { Digest } from "@/lib/pipeline/release/digest";

/** Where to push to, and the Authorization header that pushing to a repository needs. */
export interface PushTarget {
  url: string;
  authorization(repository: string): string | undefined | Promise<string | undefined>;
}

export interface TestImage {
  family: "oci" | "docker";
  labels?: Record<string, string>;
  user?: string;
  healthcheck?: string[];
  created?: string;
  configType?: string;
}

export interface Pushed {
  digest: Digest;
  mediaType: string;
  bytes: Buffer;
  /** Of the config and all layers. */
  sizeBytes: number;
}

const types = {
  oci: {
    image: "application/vnd.oci.image.manifest.v1+json",
    index: "application/vnd.oci.image.index.v1+json",
    config: "application/vnd.oci.image.config.v1+json",
    layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  },
  docker: {
    image: "application/vnd.docker.distribution.manifest.v2+json",
    index: "application/vnd.docker.distribution.manifest.list.v2+json",
    config: "application/vnd.docker.container.image.v1+json",
    layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  },
};

/** Pushes an image of one random layer, and so of its own digest; `reference` is a tag, or its digest by default. */
export async function pushImage(
  target: PushTarget,
  repository: string,
  image: TestImage,
  tag?: string,
): Promise<Pushed> {
  const type = types[image.family];
  const layer = randomBytes(64);
  const config = Buffer.from(
    JSON.stringify({
      os: "linux",
      architecture: "amd64",
      created: image.created ?? "2026-01-02T03:04:05Z",
      config: {
        User: image.user ?? "",
        Labels: image.labels ?? null,
        ...(image.healthcheck === undefined ? {} : { Healthcheck: { Test: image.healthcheck } }),
      },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    }),
  );
  await pushBlob(target, repository, config);
  await pushBlob(target, repository, layer);
  const manifest = {
    schemaVersion: 2,
    mediaType: type.image,
    config: { mediaType: image.configType ?? type.config, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: type.layer, digest: digestOf(layer), size: layer.length }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest, null, 2));
  await putManifestBytes(target, repository, tag ?? digestOf(bytes), type.image, bytes);
  return { digest: digestOf(bytes), mediaType: type.image, bytes, sizeBytes: config.length + layer.length };
}

export interface TestArtifact {
  artifactType: string;
  /** What it is attached to; without one it stands alone. */
  subject?: { digest: Digest; mediaType: string; bytes: Buffer };
  layers: { mediaType: string; bytes: Buffer; annotations?: Record<string, string> }[];
  annotations?: Record<string, string>;
  /** As cosign's older signatures: an image's config, and no artifactType. */
  configType?: string;
}

/** Pushes something that is no image to run, under a tag or its digest. */
export async function pushArtifact(
  target: PushTarget,
  repository: string,
  { artifactType, subject, layers, annotations, configType }: TestArtifact,
  tag?: string,
): Promise<Pushed> {
  const config = Buffer.from("{}");
  await pushBlob(target, repository, config);
  for (const layer of layers) await pushBlob(target, repository, layer.bytes);
  const { mediaType, bytes: manifest } = manifestOf({
    ...(configType === undefined ? { artifactType } : {}),
    config: descriptor(configType ?? "application/vnd.oci.empty.v1+json", config),
    layers: layers.map((layer) => ({
      ...descriptor(layer.mediaType, layer.bytes),
      ...(layer.annotations ? { annotations: layer.annotations } : {}),
    })),
    ...(subject ? { subject: descriptor(subject.mediaType, subject.bytes) } : {}),
    ...(annotations ? { annotations } : {}),
  });
  await putManifestBytes(target, repository, tag ?? digestOf(manifest), mediaType, manifest);
  return { digest: digestOf(manifest), mediaType, bytes: manifest, sizeBytes: 0 };
}

/** What a client does for a registry without the Referrers API: the list, under the tag that stands for the digest. */
export async function pushReferrersTag(
  target: PushTarget,
  repository: string,
  subject: Digest,
  referrers: { pushed: Pushed; artifactType?: string }[],
): Promise<void> {
  const manifests = referrers.map(({ pushed, artifactType }) => ({
    ...descriptor(pushed.mediaType, pushed.bytes),
    ...(artifactType ? { artifactType } : {}),
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.oci.index, manifests }));
  await putManifestBytes(target, repository, subject.replace(":", "-"), types.oci.index, bytes);
}

function descriptor(mediaType: string, bytes: Buffer) {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function manifestOf(fields: object): { mediaType: string; bytes: Buffer } {
  const mediaType = types.oci.image;
  return { mediaType, bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...fields })) };
}

export interface TestChild {
  pushed: Pushed;
  platform?: { os: string; architecture: string; variant?: string };
  annotations?: Record<string, string>;
}

/** Pushes an index over images that are already there. */
export async function pushIndex(
  target: PushTarget,
  repository: string,
  family: "oci" | "docker",
  children: TestChild[],
  tag?: string,
): Promise<Pushed> {
  const mediaType = types[family].index;
  const manifests = children.map(({ pushed, platform, annotations }) => ({
    mediaType: pushed.mediaType,
    digest: pushed.digest,
    size: pushed.bytes.length,
    ...(platform === undefined ? {} : { platform }),
    ...(annotations === undefined ? {} : { annotations }),
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  await putManifestBytes(target, repository, tag ?? digestOf(bytes), mediaType, bytes);
  return { digest: digestOf(bytes), mediaType, bytes, sizeBytes: 0 };
}

/** PUTs a manifest as it is, under a tag or a digest. */
export async function putManifestBytes(
  target: PushTarget,
  repository: string,
  reference: string,
  mediaType: string,
  bytes: Buffer,
): Promise<void> {
  const path = `/v2/${repository}/manifests/${reference}`;
  await expectStatus(201, await ask(target, repository, "PUT", new URL(path, target.url), mediaType, bytes));
}

async function pushBlob(target: PushTarget, repository: string, bytes: Buffer): Promise<void> {
  const start = new URL(`/v2/${repository}/blobs/uploads/`, target.url);
  const opened = await expectStatus(202, await ask(target, repository, "POST", start));
  const upload = new URL(opened.headers.get("location") ?? "", start);
  upload.searchParams.set("digest", digestOf(bytes));
  await expectStatus(201, await ask(target, repository, "PUT", upload, "application/octet-stream", bytes));
}

async function ask(
  target: PushTarget,
  repository: string,
  method: string,
  url: URL,
  type?: string,
  body?: Buffer,
): Promise<Response> {
  const authorization = await target.authorization(repository);
  const headers = {
    ...(type === undefined ? {} : { "content-type": type }),
    ...(authorization === undefined ? {} : { authorization }),
  };
  return await fetch(url, { method, headers, body: body === undefined ? null : new Uint8Array(body) });
}

async function expectStatus(status: number, response: Response): Promise<Response> {
  const text = await response.text();
  if (response.status === status) return response;
  throw new Error(`pushing: ${response.url} answered ${response.status}: ${text}`);
}
