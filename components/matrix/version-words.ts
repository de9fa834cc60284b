import type { MatrixCell } from "@/lib/queries/matrix-view";

/**
 * What a cell calls what runs: the version, where it is known. A digest that no release announced, and pods that run
 * different digests while they are replaced, are not nothing.
 */
export function versionWords({ version, digest, health }: Pick<MatrixCell, "version" | "digest" | "health">): string {
  if (version) return version;
  if (digest) return "not announced";
  return health === "nothing" ? "nothing yet" : "changing";
}
