import type { Digest } from "@/lib/pipeline/release/digest";

export type ImageReference = { tag: string } | { digest: Digest };

/** What a reference pointed to when it was asked, with its digest recomputed over the bytes received. */
export interface ResolvedImage {
  repository: string;
  digest: Digest;
  mediaType: string;
  /** True for an OCI index or a Docker list: then `platforms` holds its children. */
  index: boolean;
  platforms: { digest: Digest; os: string; architecture: string; variant?: string }[];
}

/** What one platform's config says of itself. */
export interface PlatformImage {
  digest: Digest;
  os: string;
  architecture: string;
  variant?: string;
  /** Compressed bytes of the config and all layers. */
  sizeBytes: number;
  user: string;
  healthcheck: boolean;
  labels: Record<string, string>;
}

export interface ImageDescription extends ResolvedImage {
  /** Every runnable platform by its own config; of what is no index, the one there is. */
  images: PlatformImage[];
  /** Compressed bytes of the config and all layers, of the first runnable platform of an index. */
  sizeBytes: number;
  user: string;
  healthcheck: boolean;
  created: string | undefined;
  labels: Record<string, string>;
  /** Label org.opencontainers.image.revision / .source / .version, where they are present. */
  revision: string | undefined;
  source: string | undefined;
  version: string | undefined;
}

export interface TagMove {
  repository: string;
  tag: string;
  before: Digest | undefined;
  after: Digest;
}

/** Something that was attached to a digest, as the registry lists it: nothing of it has been read yet. */
export interface Referrer {
  digest: Digest;
  artifactType: string | undefined;
  annotations: Record<string, string>;
}

/** A manifest of something that is no image to run. */
export interface StoredArtifact {
  digest: Digest;
  /** What it was attached to, by its own words. */
  subject: Digest | undefined;
  artifactType: string;
  annotations: Record<string, string>;
  layers: { mediaType: string; digest: Digest; size: number; annotations: Record<string, string> }[];
}

/**
 * A place that keeps images. Every method throws ExternalError; `signal` ends the call early.
 * An answer whose bytes do not hash to the digest asked for, or said, is `digestMismatch`, never returned.
 */
export interface ArtifactRegistry {
  resolve(repository: string, reference: ImageReference, signal?: AbortSignal): Promise<ResolvedImage>;
  describe(repository: string, digest: Digest, signal?: AbortSignal): Promise<ImageDescription>;
  /** True where the registry still has these bytes (HEAD by digest). */
  has(repository: string, digest: Digest, signal?: AbortSignal): Promise<boolean>;
  tags(repository: string, signal?: AbortSignal): Promise<string[]>;
  /** PUTs the same bytes under `tag`, then reads the tag back; throws `conflict` where it now points elsewhere. */
  moveTag(repository: string, tag: string, digest: Digest, signal?: AbortSignal): Promise<TagMove>;
  /** What was attached to a digest: by the Referrers API, else by the tag `sha256-<hex>` that stands for it. */
  referrers(repository: string, digest: Digest, signal?: AbortSignal): Promise<Referrer[]>;
  /** Undefined where there is no such manifest. */
  artifact(repository: string, reference: ImageReference, signal?: AbortSignal): Promise<StoredArtifact | undefined>;
  blob(repository: string, digest: Digest, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** A cheap authenticated call (GET /v2/) that proves that the connection works. */
  check(signal?: AbortSignal): Promise<void>;
  /** `host[:port]`, the first part of an image reference that a runtime pulls. */
  readonly host: string;
}
