import type { Queryable } from "@/lib/db/sql";
import { canonicalJson } from "@/lib/ledger/hash-chain";
import { walkEntries } from "@/lib/ledger/load";

/**
 * A project's chain as JSON lines, one entry a line in RFC 8785 form, oldest first, each ended by a line feed. It holds
 * what was there when its last page was read; what is appended meanwhile is either whole in it or not in it.
 */
export async function* exportLedger(db: Queryable, project: string): AsyncGenerator<string> {
  for await (const entry of walkEntries(db, project)) yield `${canonicalJson(entry)}\n`;
}
