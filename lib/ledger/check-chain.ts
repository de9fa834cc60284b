import { type Queryable, sql } from "@/lib/db/sql";
import { entryHash, GENESIS_HASH } from "@/lib/ledger/hash-chain";
import { loadEntries } from "@/lib/ledger/load";

/** How far a chain was found intact, and what is wrong with it where it is not. */
export interface ChainStanding {
  seq: number;
  hash: string;
  finding: string | null;
}

const pageSize = 500;
const genesis: ChainStanding = { seq: 0, hash: GENESIS_HASH, finding: null };

/**
 * Walks a project's chain on from where the last check ended (`again`: from its beginning), recomputing every hash, and
 * stores how far it is intact. A finding stays until a check from the beginning does not meet it any more.
 */
export async function checkChain(db: Queryable, project: string, now: string, again = false): Promise<ChainStanding> {
  const [stored] = await db.query<ChainStanding>(
    sql`select seq, hash, finding from ledger_check where project = ${project}`,
  );
  if (stored?.finding && !again) return stored;
  const standing = await walk(db, project, again || !stored ? genesis : stored);
  await db.execute(
    sql`insert into ledger_check (project, seq, hash, checked_at, finding)
        values (${project}, ${standing.seq}, ${standing.hash}, ${now}, ${standing.finding})
        on conflict (project) do update set seq = excluded.seq, hash = excluded.hash, checked_at = excluded.checked_at,
          finding = excluded.finding`,
  );
  return standing;
}

async function walk(db: Queryable, project: string, from: ChainStanding): Promise<ChainStanding> {
  let { seq, hash } = from;
  const wrong = (finding: string): ChainStanding => ({ seq, hash, finding });
  for (;;) {
    const page = await loadEntries(db, project, { after: seq, limit: pageSize });
    for (const entry of page) {
      if (entry.seq !== seq + 1) return wrong(`entry ${seq + 1} is missing`);
      if (entry.prev !== hash) return wrong(`entry ${entry.seq} does not follow entry ${seq}`);
      const { hash: told, ...hashed } = entry;
      if (entryHash(hashed) !== told) return wrong(`entry ${entry.seq} was changed after it was written`);
      ({ seq, hash } = entry);
    }
    if (page.length < pageSize) return { seq, hash, finding: null };
  }
}
