import { setTimeout as pause } from "node:timers/promises";
import type { Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";

/** The channel on which web processes hear that something is worth reading again. */
export const CHANGE_CHANNEL = "waybill_change";

/** What changed, by name only: whoever hears it asks for the new state with its own rights. */
export interface Change {
  project: string;
  /** An entry's kind, another past-tense word, or `several` where too much changed at once to be listed. */
  kind: string;
  promotion?: string;
  service?: string;
  environment?: string;
}

/** Postgres refuses a payload of 8000 bytes or more. */
const PAYLOAD_BYTES_MAX = 7_900;
/** Beyond this many in one sending, a reader is better told to read its page again. */
const CHANGES_PER_SENDING_MAX = 400;
/** After a sending, what comes next is gathered for so long: a notification costs a commit of its own. */
const GATHER_MS = 20;

interface Outbox {
  /** By their JSON, so that the same change said twice is sent once. */
  waiting: Map<string, Change>;
  sending: Promise<void> | undefined;
}

const outboxes = new WeakMap<Pool, Outbox>();

/**
 * Tells listeners what changed. Call it after the commit: a NOTIFY inside a transaction makes commits wait for each
 * other. Returns at once and never throws; what is said while a sending is under way goes with the next one. A sending
 * that fails is dropped: readers ask again by themselves when their stream reconnects, and now and then anyway.
 */
export function announceChange(pool: Pool, changes: Change | readonly Change[]): void {
  const outbox = outboxes.get(pool) ?? { waiting: new Map<string, Change>(), sending: undefined };
  outboxes.set(pool, outbox);
  for (const change of [changes].flat()) outbox.waiting.set(JSON.stringify(change), change);
  if (outbox.waiting.size > 0) outbox.sending ??= send(pool, outbox);
}

/** Resolves once everything announced over this pool was sent or dropped; for a process that is about to end. */
export async function announcementsSent(pool: Pool): Promise<void> {
  await outboxes.get(pool)?.sending;
}

async function send(pool: Pool, outbox: Outbox): Promise<void> {
  while (outbox.waiting.size > 0) {
    const payloads = toPayloads([...outbox.waiting.values()]);
    outbox.waiting.clear();
    const notify = sql`select pg_notify(${CHANGE_CHANNEL}, payload) from unnest(${payloads}::text[]) payload`;
    await pool.query(notify).catch(() => []);
    await pause(GATHER_MS);
  }
  outbox.sending = undefined;
}

/** The fewest payloads that fit: JSON arrays of changes. */
export function toPayloads(changes: readonly Change[]): string[] {
  if (changes.length > CHANGES_PER_SENDING_MAX) {
    const projects = new Set(changes.map((change) => change.project));
    return toPayloads([...projects].slice(0, CHANGES_PER_SENDING_MAX).map((project) => ({ project, kind: "several" })));
  }
  const payloads: string[] = [];
  let parts: string[] = [];
  let bytes = 2;
  for (const change of changes) {
    const part = JSON.stringify(change);
    const size = Buffer.byteLength(part) + 1;
    if (size + 2 > PAYLOAD_BYTES_MAX) continue;
    if (bytes + size > PAYLOAD_BYTES_MAX) {
      payloads.push(`[${parts.join(",")}]`);
      parts = [];
      bytes = 2;
    }
    parts.push(part);
    bytes += size;
  }
  if (parts.length > 0) payloads.push(`[${parts.join(",")}]`);
  return payloads;
}

/** The changes of a payload; none for text that is not one, since anybody with a connection may notify. */
export function parseChanges(payload: string): Change[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return [];
  }
  return [parsed].flat().filter(isChange);
}

function isChange(value: unknown): value is Change {
  if (typeof value !== "object" || value === null) return false;
  const { project, kind, promotion, service, environment } = value as Record<string, unknown>;
  return (
    typeof project === "string" &&
    typeof kind === "string" &&
    [promotion, service, environment].every((name) => name === undefined || typeof name === "string")
  );
}
