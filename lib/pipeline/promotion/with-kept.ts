import type { Decision } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";

/** Whether something went wrong with these entries: then it is worth to keep what the pods left behind. */
export function goesWrong(entries: readonly Entry[]): boolean {
  return entries.some(
    (entry) => causeOf(entry)?.kind === "failed" || causeOf(entry)?.kind === "errored" || isStuck(entry),
  );
}

/**
 * The decision, with the hash of what is kept in the one entry that says why: the cause, or, where a way back failed, what
 * it is stuck at. A decision in which nothing goes wrong stays as it is.
 */
export function withKept(decided: Decision, kept: string): Decision {
  const why = decided.entries.findIndex((entry) => causeOf(entry));
  const at = why >= 0 ? why : decided.entries.findIndex(isStuck);
  if (at < 0) return decided;
  const entries = decided.entries.map((entry, index) => (index === at ? addKept(entry, kept) : entry));
  return { ...decided, entries };
}

function causeOf(entry: Entry) {
  return entry.kind === "rollback.started" || entry.kind === "promotion.failed" ? entry.data.cause : null;
}

function isStuck(entry: Entry): boolean {
  return entry.kind === "promotion.stuck";
}

function addKept(entry: Entry, kept: string): Entry {
  switch (entry.kind) {
    case "rollback.started":
      return { ...entry, data: { ...entry.data, cause: { ...entry.data.cause, kept } } };
    case "promotion.failed":
      return entry.data.cause ? { ...entry, data: { ...entry.data, cause: { ...entry.data.cause, kept } } } : entry;
    case "promotion.stuck":
      return { ...entry, data: { ...entry.data, kept } };
    default:
      return entry;
  }
}
