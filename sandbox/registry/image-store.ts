import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../write-file-atomically";

export const digestForm = /^sha256:[0-9a-f]{64}$/;
const repositoryForm = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

export const isRepository = (name: string): boolean => name.length <= 255 && repositoryForm.test(name);
export const isTag = (tag: string): boolean => tagForm.test(tag);
export const digestOf = (bytes: Buffer | string): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export interface StoredManifest {
  digest: string;
  mediaType: string;
  bytes: Buffer;
}

/**
 * Images on disk. Every fact is one file that is put in place by a rename, so there is nothing to repair after a crash:
 * `blobs/<hex>`, and below each repository `_blobs/<hex>`, `_manifests/<hex>` (media type) and `_tags/<tag>` (digest).
 */
export class ImageStore {
  readonly uploads: string;

  constructor(private readonly folder: string) {
    this.uploads = join(folder, "uploads");
    rmSync(this.uploads, { recursive: true, force: true });
    mkdirSync(this.uploads, { recursive: true });
    mkdirSync(join(folder, "blobs"), { recursive: true });
    mkdirSync(join(folder, "repositories"), { recursive: true });
  }

  private blob(digest: string): string {
    return join(this.folder, "blobs", digest.replace("sha256:", ""));
  }

  private entry(repository: string, kind: "_blobs" | "_manifests" | "_tags", name: string): string {
    return join(this.folder, "repositories", repository, kind, name.replace("sha256:", ""));
  }

  /** Size in bytes of a blob that this repository holds, or undefined. */
  blobSize(repository: string, digest: string): number | undefined {
    if (!existsSync(this.entry(repository, "_blobs", digest))) return undefined;
    return statSync(this.blob(digest), { throwIfNoEntry: false })?.size;
  }

  readBlob(digest: string): NodeJS.ReadableStream {
    return createReadStream(this.blob(digest));
  }

  /** A small blob, such as a config, as a whole; undefined where the repository does not hold it. */
  blobBytes(repository: string, digest: string): Buffer | undefined {
    return this.blobSize(repository, digest) === undefined ? undefined : readFileSync(this.blob(digest));
  }

  putBlob(repository: string, digest: string, bytes: Buffer): void {
    writeFileAtomically(this.blob(digest), bytes);
    this.linkBlob(repository, digest);
  }

  linkBlob(repository: string, digest: string): void {
    writeFileAtomically(this.entry(repository, "_blobs", digest), "");
  }

  /** Takes over a finished upload file whose bytes hash to `digest`. */
  adoptBlob(repository: string, digest: string, uploadedFile: string): void {
    renameSync(uploadedFile, this.blob(digest));
    this.linkBlob(repository, digest);
  }

  unlinkBlob(repository: string, digest: string): void {
    rmSync(this.entry(repository, "_blobs", digest), { force: true });
  }

  putManifest(repository: string, mediaType: string, bytes: Buffer, tag?: string): string {
    const digest = digestOf(bytes);
    if (!existsSync(this.blob(digest))) writeFileAtomically(this.blob(digest), bytes);
    writeFileAtomically(this.entry(repository, "_manifests", digest), mediaType);
    if (tag !== undefined) writeFileAtomically(this.entry(repository, "_tags", tag), digest);
    return digest;
  }

  /** By tag or digest. */
  manifest(repository: string, reference: string): StoredManifest | undefined {
    if (!isRepository(repository)) return undefined;
    let digest = reference;
    if (!digestForm.test(reference)) {
      const tag = this.entry(repository, "_tags", reference);
      if (!isTag(reference) || !existsSync(tag)) return undefined;
      digest = readFileSync(tag, "utf8");
    }
    const link = this.entry(repository, "_manifests", digest);
    if (!existsSync(link)) return undefined;
    return { digest, mediaType: readFileSync(link, "utf8"), bytes: readFileSync(this.blob(digest)) };
  }

  /** Every manifest of the repository, with a tag or without. */
  manifests(repository: string): StoredManifest[] {
    const hexes = listFolder(join(this.folder, "repositories", repository, "_manifests")).sort();
    return hexes.flatMap((hex) => this.manifest(repository, `sha256:${hex}`) ?? []);
  }

  /** Removes the manifest and every tag on it, as registries do. */
  deleteManifest(repository: string, digest: string): void {
    for (const tag of this.tags(repository) ?? []) {
      const path = this.entry(repository, "_tags", tag);
      if (readFileSync(path, "utf8") === digest) rmSync(path);
    }
    rmSync(this.entry(repository, "_manifests", digest), { force: true });
  }

  /** Sorted; undefined where the repository is not known. */
  tags(repository: string): string[] | undefined {
    const folder = join(this.folder, "repositories", repository);
    if (!existsSync(join(folder, "_manifests"))) return undefined;
    return listFolder(join(folder, "_tags")).sort();
  }

  repositories(): string[] {
    const found: string[] = [];
    const visit = (prefix: string) => {
      const names = listFolder(join(this.folder, "repositories", prefix));
      if (names.includes("_manifests")) found.push(prefix);
      for (const name of names) if (!name.startsWith("_")) visit(prefix === "" ? name : `${prefix}/${name}`);
    };
    visit("");
    return found.sort();
  }
}

function listFolder(path: string): string[] {
  return existsSync(path) ? readdirSync(path).filter((name) => !name.endsWith(".tmp")) : [];
}
