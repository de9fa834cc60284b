import type { Actor } from "@/lib/pipeline/actor";
import type { Entry, EntrySubject } from "@/lib/pipeline/promotion/entry";

/** What the ledger adds to an entry: its place in a project's chain. */
export interface Place {
  v: 1;
  project: string;
  /** From 1, without gaps. */
  seq: number;
  /** The hash of the entry before it; 64 zeros for the first. */
  prev: string;
}

/** An entry as it stands in the ledger, and as a line of an export. */
export type LedgerEntry = Entry & Place & { hash: string };

/** The end of a project's chain. `promotions` counts the promotions that got a number. */
export interface LedgerHead {
  seq: number;
  hash: string;
  promotions: number;
}

/** A row of ledger_entry with its columns as written there. */
export interface EntryRow {
  project: string;
  seq: number;
  at: string;
  kind: string;
  actor: Actor;
  promotion: string | null;
  service: string | null;
  environment: string | null;
  release: string | null;
  data: unknown;
  prev: string;
  hash: string;
}

/** The entry a row holds. */
export function entryFromRow(row: EntryRow): LedgerEntry {
  const { project, seq, at, kind, actor, data, prev, hash } = row;
  // Only append.ts writes rows, from an Entry: kind and data belong together.
  return { v: 1, project, seq, at, kind, actor, subject: subjectFromRow(row), data, prev, hash } as LedgerEntry;
}

function subjectFromRow(row: EntryRow): EntrySubject {
  const subject: EntrySubject = {};
  if (row.promotion !== null) subject.promotion = row.promotion;
  if (row.service !== null) subject.service = row.service;
  if (row.environment !== null) subject.environment = row.environment;
  if (row.release !== null) subject.release = row.release;
  return subject;
}
