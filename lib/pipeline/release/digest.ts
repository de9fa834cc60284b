/** A content digest as registries and runtimes write it: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}` & { readonly __brand: "Digest" };

const form = /^sha256:[0-9a-f]{64}$/;

/** True for a well-formed sha256 digest (OCI image spec, descriptor digests); nothing else may be deployed. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === "string" && form.test(text);
}

/** The digest in `text`, or undefined where it is not one. */
export function parseDigest(text: unknown): Digest | undefined {
  return isDigest(text) ? text : undefined;
}

/** `e83a…07f6`: for the eye only, never for comparison. */
export function shortDigest(digest: string): string {
  const hex = digest.replace(/^sha256:/, "");
  return hex.length < 9 ? hex : `${hex.slice(0, 4)}…${hex.slice(-4)}`;
}
