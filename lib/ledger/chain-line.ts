import { canonicalJson, entryHash, type HashedEntry } from "@/lib/ledger/hash-chain";

/** A line of an export that has an entry's form. */
export interface ChainLine {
  kind: "entry";
  entry: HashedEntry;
  project: string;
  seq: number;
  prev: string;
  hash: string;
  /** Its content gives its hash. */
  intact: boolean;
}

export interface UnreadableLine {
  kind: "unreadable";
  why: string;
  /** It begins as an entry and does not end as one. */
  cutOff: boolean;
}

const KEYS = ["actor", "at", "data", "hash", "kind", "prev", "project", "seq", "subject", "v"];
const HASH = /^[0-9a-f]{64}$/;

/** Reads a line strictly: exactly an entry's keys, each once, in the form that the export writes. */
export function readLine(text: string): ChainLine | UnreadableLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const cutOff = text.startsWith("{") && !text.endsWith("}");
    return { kind: "unreadable", why: text.trim() === "" ? "it is blank" : "it is not JSON", cutOff };
  }
  if (!isEntry(value)) return unreadable("it does not have an entry's fields");
  const { hash, ...entry } = value;
  const line: ChainLine = {
    kind: "entry",
    entry,
    project: entry.project,
    seq: entry.seq,
    prev: entry.prev,
    hash,
    intact: false,
  };
  try {
    // A key given twice, or a number written another way, reads the same but is not what was exported.
    if (canonicalJson(value) !== text) return unreadable("it is not written as the export writes it");
    line.intact = entryHash(entry) === hash;
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : "it cannot be hashed");
  }
  return line;
}

function unreadable(why: string): UnreadableLine {
  return { kind: "unreadable", why, cutOff: false };
}

/** True if the line's content would give its hash under another number. */
export function fitsAs(line: ChainLine, seq: number): boolean {
  return entryHash({ ...line.entry, seq }) === line.hash;
}

function isEntry(value: unknown): value is HashedEntry & { hash: string } {
  if (!isRecord(value)) return false;
  const keys = Object.keys(value).sort();
  if (keys.length !== KEYS.length || keys.some((key, index) => key !== KEYS[index])) return false;
  const { v, project, seq, at, kind, subject, prev, hash } = value;
  return (
    v === 1 &&
    [project, at, kind].every((text) => typeof text === "string") &&
    Number.isSafeInteger(seq) &&
    isRecord(subject) &&
    [prev, hash].every((text) => typeof text === "string" && HASH.test(text))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
