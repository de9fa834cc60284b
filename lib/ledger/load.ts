import { prepared, type Queryable, sql } from "@/lib/db/sql";
import { GENESIS_HASH } from "@/lib/ledger/hash-chain";
import { type EntryRow, entryFromRow, type LedgerEntry, type LedgerHead } from "@/lib/ledger/ledger-entry";

/** The columns of an `EntryRow`. */
export const entryColumns = sql`project, seq, at, kind, actor, promotion, service, environment, release, data, prev, hash`;

/** A promotion's own entries, oldest first. */
export async function loadPromotionEntries(db: Queryable, project: string, promotion: string): Promise<LedgerEntry[]> {
  const rows = await db.query<EntryRow>(
    prepared(
      "ledger_promotion",
      sql`select ${entryColumns} from ledger_entry where project = ${project} and promotion = ${promotion} order by seq`,
    ),
  );
  return rows.map(entryFromRow);
}

export interface EntryPage {
  /** Entries with greater numbers only; 0 unless told. */
  after?: number;
  /** 500 unless told. */
  limit?: number;
}

/** A page of a project's chain, oldest first; fewer than `limit` means that the chain ends there. */
export async function loadEntries(db: Queryable, project: string, page: EntryPage = {}): Promise<LedgerEntry[]> {
  const rows = await db.query<EntryRow>(
    prepared(
      "ledger_page",
      sql`select ${entryColumns} from ledger_entry where project = ${project} and seq > ${page.after ?? 0}
        order by seq limit ${page.limit ?? 500}`,
    ),
  );
  return rows.map(entryFromRow);
}

/** Every entry of a project's chain, oldest first, read page by page. */
export async function* walkEntries(db: Queryable, project: string, pageSize = 500): AsyncGenerator<LedgerEntry> {
  let after = 0;
  for (;;) {
    const page = await loadEntries(db, project, { after, limit: pageSize });
    yield* page;
    const last = page[page.length - 1];
    if (last === undefined || page.length < pageSize) return;
    after = last.seq;
  }
}

/** The end of a project's chain, without a lock; that of an empty chain if it has not begun. */
export async function loadHead(db: Queryable, project: string): Promise<LedgerHead> {
  const [head] = await db.query<LedgerHead>(
    sql`select seq, hash, promotions from ledger_head where project = ${project}`,
  );
  return head ?? { seq: 0, hash: GENESIS_HASH, promotions: 0 };
}
