import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** What the first entry of a chain names as the hash before it. */
export const GENESIS_HASH = "0".repeat(64);

/** Exactly what an entry's hash covers. */
export interface HashedEntry {
  v: 1;
  project: string;
  seq: number;
  at: string;
  kind: string;
  actor: unknown;
  subject: object;
  data: unknown;
  prev: string;
}

/**
 * SHA-256, in hex, over the RFC 8785 form of an entry without its hash. Keys without a value do not count.
 * Throws for what that form cannot say: a number that is not finite, half a surrogate pair.
 */
export function entryHash(entry: HashedEntry): string {
  const { v, project, seq, at, kind, actor, subject, data, prev } = entry;
  return createHash("sha256")
    .update(canonicalJson({ v, project, seq, at, kind, actor, subject, data, prev }), "utf8")
    .digest("hex");
}

/** The RFC 8785 form of a value: one text for one meaning. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} has no form in JSON`);
  return text;
}
