import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** What a sandbox image does when it runs; none of them means that it is well. */
export const faults = [
  "crash",
  "unready",
  "errors",
  "unwell",
  "slow",
  "flapping",
  "fading",
  "jobFails",
  "jobHangs",
] as const;
export type Fault = (typeof faults)[number];

export interface ImageSpec {
  /** What is in the image's only file; different contents give different digests. */
  content: string;
  revision?: string;
  source?: string;
  version?: string;
  /** ISO 8601. It is part of the bytes, and so of the digest. */
  created?: string;
  fault?: Fault;
  user?: string;
  /** It says how its health is asked for. */
  healthcheck?: true;
  labels?: Record<string, string>;
  architecture?: string;
  format?: "oci" | "docker";
}

export interface Blob {
  digest: string;
  bytes: Buffer;
}

export interface BuiltImage {
  digest: string;
  mediaType: string;
  manifest: Buffer;
  /** Config and layer, to be pushed before the manifest. */
  blobs: Blob[];
  architecture: string;
}

/** An index (or Docker list) over images of several platforms. */
export interface BuiltIndex {
  digest: string;
  mediaType: string;
  manifest: Buffer;
  images: BuiltImage[];
}

const mediaTypes = {
  oci: {
    manifest: "application/vnd.oci.image.manifest.v1+json",
    config: "application/vnd.oci.image.config.v1+json",
    layer: "application/vnd.oci.image.layer.v1.tar+gzip",
    index: "application/vnd.oci.image.index.v1+json",
  },
  docker: {
    manifest: "application/vnd.docker.distribution.manifest.v2+json",
    config: "application/vnd.docker.container.image.v1+json",
    layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
    index: "application/vnd.docker.distribution.manifest.list.v2+json",
  },
} as const;

function blob(bytes: Buffer): Blob {
  return { digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, bytes };
}

/** The smallest valid image: one layer with one file, and a config with its labels. The same spec gives the same digest. */
export function buildImage(spec: ImageSpec): BuiltImage {
  const types = mediaTypes[spec.format ?? "oci"];
  const architecture = spec.architecture ?? "amd64";
  const created = spec.created ?? "2026-01-01T00:00:00Z";
  const tar = tarOf("etc/sandbox-image", Buffer.from(`${spec.content}\n`));
  const layer = blob(storedGzip(tar));
  const labels = {
    ...(spec.revision && { "org.opencontainers.image.revision": spec.revision }),
    ...(spec.source && { "org.opencontainers.image.source": spec.source }),
    ...(spec.version && { "org.opencontainers.image.version": spec.version }),
    "org.opencontainers.image.created": created,
    ...(spec.fault && { "sandbox.fault": spec.fault }),
    ...spec.labels,
  };
  const config = blob(
    json({
      created,
      architecture,
      os: "linux",
      config: {
        User: spec.user ?? "65532",
        Env: ["PATH=/usr/bin:/bin"],
        Cmd: ["/bin/service"],
        Labels: labels,
        ...(spec.healthcheck && { Healthcheck: { Test: ["CMD", "/bin/service", "health"] } }),
      },
      rootfs: { type: "layers", diff_ids: [blob(tar).digest] },
      history: [{ created, created_by: "waybill sandbox" }],
    }),
  );
  const manifest = json({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptor(types.config, config.digest, config.bytes.length),
    layers: [descriptor(types.layer, layer.digest, layer.bytes.length)],
  });
  return { digest: blob(manifest).digest, mediaType: types.manifest, manifest, blobs: [config, layer], architecture };
}

/** One image a platform, in the order given. */
export function buildIndex(images: BuiltImage[], format: "oci" | "docker" = "oci"): BuiltIndex {
  const mediaType = mediaTypes[format].index;
  const manifest = json({
    schemaVersion: 2,
    mediaType,
    manifests: images.map((image) => ({
      ...descriptor(image.mediaType, image.digest, image.manifest.length),
      platform: { os: "linux", architecture: image.architecture },
    })),
  });
  return { digest: blob(manifest).digest, mediaType, manifest, images };
}

function descriptor(mediaType: string, digest: string, size: number) {
  return { mediaType, digest, size };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** One regular file, in the ustar format (POSIX.1-1988), owned by root and dated 1970. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, "0");
  header.write(name, 0);
  header.write(octal(0o444, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

/** Stored, not compressed, and with the operating system's byte blanked: the same on every machine and zlib. */
function storedGzip(bytes: Buffer): Buffer {
  const zipped = gzipSync(bytes, { level: 0 });
  zipped[9] = 0xff;
  return zipped;
}
