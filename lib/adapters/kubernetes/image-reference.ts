import { type Digest, parseDigest } from "@/lib/pipeline/release/digest";

/** The digest that a pod template's image is pinned to, or undefined where it goes by a tag. */
export function digestOfImage(image: string | undefined): Digest | undefined {
  const at = image?.lastIndexOf("@") ?? -1;
  return at < 0 ? undefined : parseDigest(image?.slice(at + 1));
}

/**
 * The manifest digest in a runtime's `imageID`: `repository@sha256:…`, with or without `docker-pullable://` before it.
 * A bare `sha256:…` (or `docker://sha256:…`) is the id of the image's config, which no registry knows: not a digest.
 */
export function digestOfImageId(imageId: string | undefined): Digest | undefined {
  const text = imageId?.replace(/^[a-z][a-z0-9+.-]*:\/\//, "");
  const at = text?.lastIndexOf("@") ?? -1;
  return at < 1 ? undefined : parseDigest(text?.slice(at + 1));
}

/** `host/repository@sha256:…`: the only form that Waybill writes. */
export function pinnedImage(image: string, digest: Digest): string {
  return `${image}@${digest}`;
}
