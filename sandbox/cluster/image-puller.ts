import { createHash } from "node:crypto";
import { digestForm, type ImageStore } from "../registry/image-store";
import { isObject } from "./objects";

export interface RunnableImage {
  /** `host/repository@sha256:…`, as a runtime reports it: the digest that the reference was resolved to. */
  imageId: string;
  labels: Record<string, string>;
}

export interface ImagePuller {
  /** Throws an Error with the words for the pod's status where the image cannot be had. */
  pull(reference: string): Promise<RunnableImage>;
  /** What an earlier pull brought, or undefined; then a pull has been started. */
  peek(reference: string): RunnableImage | undefined;
}

type Get = (path: string, accept: string) => Promise<Buffer>;

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Pulls from the sandbox's own registry's disk, and over HTTP from any other registry on loopback. */
export function createImagePuller(store: ImageStore, ownHosts: () => string[]): ImagePuller {
  const pulled = new Map<string, RunnableImage>();
  const pulling = new Set<string>();

  async function pull(reference: string): Promise<RunnableImage> {
    const known = pulled.get(reference);
    if (known !== undefined && reference.includes("@")) return known;
    const { host, repository, tagOrDigest } = parseReference(reference);
    const get = ownHosts().includes(host) ? fromDisk(store, repository) : fromLoopback(host, repository);
    const { digest, labels } = await describe(get, tagOrDigest).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`failed to pull image "${reference}": ${why}`);
    });
    const image = { imageId: `${host}/${repository}@${digest}`, labels };
    pulled.set(reference, image);
    return image;
  }

  function peek(reference: string): RunnableImage | undefined {
    if (!pulled.has(reference) && !pulling.has(reference)) {
      pulling.add(reference);
      pull(reference)
        .catch(() => undefined)
        .finally(() => pulling.delete(reference));
    }
    return pulled.get(reference);
  }

  return { pull, peek };
}

function parseReference(reference: string): { host: string; repository: string; tagOrDigest: string } {
  const [, host, repository, tag = "latest", digest] =
    /^([^/]+[.:][^/]+|localhost)\/([^:@]+)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference) ?? [];
  if (host === undefined || repository === undefined) {
    throw new Error(`failed to pull image "${reference}": it names no registry that the sandbox can reach`);
  }
  return { host, repository, tagOrDigest: digest ?? tag };
}

async function describe(get: Get, tagOrDigest: string): Promise<{ digest: string; labels: Record<string, string> }> {
  const bytes = await get(`manifests/${tagOrDigest}`, manifestTypes);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (digestForm.test(tagOrDigest) && digest !== tagOrDigest) throw new Error(`the bytes are ${digest}`);
  const manifest: unknown = JSON.parse(bytes.toString("utf8"));
  if (isObject(manifest) && Array.isArray(manifest.manifests)) {
    const child = manifest.manifests.find(
      (one) => isObject(one) && isObject(one.platform) && one.platform.architecture === "amd64",
    );
    if (!isObject(child)) throw new Error("no match for platform linux/amd64 in manifest");
    return { digest, labels: (await describe(get, String(child.digest))).labels };
  }
  const config = isObject(manifest) && isObject(manifest.config) ? String(manifest.config.digest) : "";
  const image: unknown = JSON.parse((await get(`blobs/${config}`, "*/*")).toString("utf8"));
  const labels = isObject(image) && isObject(image.config) && isObject(image.config.Labels) ? image.config.Labels : {};
  return { digest, labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])) };
}

function fromDisk(store: ImageStore, repository: string): Get {
  return async (path) => {
    const [kind, reference = ""] = path.split("/");
    const found =
      kind === "manifests" ? store.manifest(repository, reference)?.bytes : store.blobBytes(repository, reference);
    if (found === undefined) throw new Error(`${repository}/${reference}: not found`);
    return found;
  };
}

function fromLoopback(host: string, repository: string): Get {
  return async (path, accept) => {
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) {
      throw new Error(`lookup ${host}: no such host (the sandbox reaches registries on loopback only)`);
    }
    const answer = await fetch(`http://${host}/v2/${repository}/${path}`, {
      headers: { accept },
      signal: AbortSignal.timeout(5000),
    });
    if (!answer.ok)
      throw new Error(`${repository}/${path}: ${answer.status === 404 ? "not found" : `status ${answer.status}`}`);
    return Buffer.from(await answer.arrayBuffer());
  };
}
